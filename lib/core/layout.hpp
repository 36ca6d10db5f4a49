// Shape, strides and offset, and the arithmetic on them. No memory, no element type.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tapegrad/shape.hpp"

namespace tapegrad {

/// Where the elements of a tensor lie, counted in elements from the start of its storage.
class Layout {
 public:
  Layout() = default;
  /// Row by row without gaps.
  explicit Layout(const Shape& shape);
  Layout(const Shape& shape, const Strides& strides, std::int64_t offset);

  const Shape& shape() const { return shape_; }
  const Strides& strides() const { return strides_; }
  std::int64_t offset() const { return offset_; }
  std::int64_t numel() const { return numel_; }
  std::size_t rank() const { return shape_.size(); }
  bool is_contiguous() const { return contiguous_; }
  /// Some element is reached by two indices.
  bool overlaps_itself() const;
  /// One past the largest element that is reached, from the start of the storage. Throws ShapeError
  /// in `operation`'s name where 64 bits can't count so far.
  std::int64_t extent(std::string_view operation) const;
  friend bool operator==(const Layout& a, const Layout& b) {
    return a.offset_ == b.offset_ && a.shape_ == b.shape_ && a.strides_ == b.strides_;
  }

  // Dimensions are in range here; the public functions have checked them.
  Layout transposed(std::size_t a, std::size_t b) const;
  Layout permuted(const Dims& order) const;
  Layout selected(std::size_t dim, std::int64_t index) const;
  /// `length` elements of `dim` from `start`, `step` apart.
  Layout sliced(std::size_t dim, std::int64_t start, std::int64_t length, std::int64_t step) const;
  Layout squeezed(std::size_t dim) const;
  Layout unsqueezed(std::size_t dim) const;
  /// Stretched with stride 0; `shape` is one that this broadcasts to.
  Layout broadcast_to(const Shape& shape) const;
  /// The same elements in the same order under another shape, if strides can express it.
  std::optional<Layout> viewed(const Shape& shape) const;

 private:
  void settle();

  Shape shape_;
  Strides strides_;
  std::int64_t offset_ = 0;
  std::int64_t numel_ = 1;
  bool contiguous_ = true;
};

/// 0 <= result < rank for -rank <= dim < rank; throws IndexError in `operation`'s name.
std::size_t wrap_dim(std::string_view operation, std::int64_t dim, std::size_t rank);
/// The same for what takes a tensor of rank 0 for one of rank 1, as PyTorch does.
std::size_t wrap_line_dim(std::string_view operation, std::int64_t dim, std::size_t rank);
/// The same for the place of a new dimension: 0 <= result <= rank.
std::size_t wrap_new_dim(std::string_view operation, std::int64_t dim, std::size_t rank);

/// The same for an index of a dimension of `size` elements.
std::int64_t wrap_index(std::string_view operation, std::int64_t index, std::int64_t size);

/// The index of the i-th element in row-major order.
Dims position(std::int64_t i, const Shape& shape);

/// `from` reaches `to` by broadcasting.
bool broadcasts_to(const Shape& from, const Shape& to);

}  // namespace tapegrad
