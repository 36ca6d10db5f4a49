// What holds a tensor, counts its references and says what it is.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "tapegrad/dtype.hpp"
#include "tapegrad/shape.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace detail {

struct TensorImpl;
void destroy(TensorImpl* impl) noexcept;

/// The first base of every tensor's hidden part, so that copies of a handle are inlined.
struct Counted {
  std::atomic<std::uint32_t> references{1};
};

/// Tensor's questions about itself. Throw Error, in their own name, where it is undefined.
class TensorHandle {
 public:
  bool defined() const { return impl_ != nullptr; }
  DType dtype() const;
  const Shape& shape() const;
  /// Size of one dimension; negative counts from the end. Throws IndexError.
  std::int64_t size(AsDim dim) const;
  /// In elements, as everywhere in the library.
  const Strides& strides() const;
  /// That of one dimension, as size().
  std::int64_t stride(AsDim dim) const;
  /// Elements between the start of the storage and the first element.
  std::int64_t storage_offset() const;
  /// How many dimensions it has.
  std::int64_t dim() const;
  std::int64_t numel() const;
  /// shape() and dim() by other names.
  const Shape& sizes() const { return shape(); }
  std::int64_t ndim() const { return dim(); }
  /// Elements lie row by row without gaps.
  bool is_contiguous() const;
  /// Two elements may share memory, as after expand(): it can't be written to in place. True also
  /// for some layouts from from_blob() in which the strides interleave without a clash.
  bool overlaps_itself() const;
  /// Counts the in-place changes of the storage that this tensor shares with its views.
  std::uint32_t version() const;
  /// Both look at the same storage.
  bool shares_storage_with(const TensorHandle& other) const;
  /// Both are handles of one tensor.
  bool is_same(const TensorHandle& other) const { return impl_ == other.impl_; }

  detail::TensorImpl* impl() const { return impl_; }

 protected:
  TensorHandle() = default;
  TensorHandle(const TensorHandle&) = delete;
  TensorHandle& operator=(const TensorHandle&) = delete;
  ~TensorHandle() = default;

  void share(const TensorHandle& other) noexcept {
    impl_ = other.impl_;
    if (impl_) counted()->references.fetch_add(1, std::memory_order_relaxed);
  }
  void take_over(TensorHandle& other) noexcept { impl_ = std::exchange(other.impl_, nullptr); }
  void release() noexcept {
    if (impl_ && counted()->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      destroy(impl_);
    }
  }

  TensorImpl* impl_ = nullptr;

 private:
  Counted* counted() const { return reinterpret_cast<Counted*>(impl_); }
};

}  // namespace detail
}  // namespace tapegrad
