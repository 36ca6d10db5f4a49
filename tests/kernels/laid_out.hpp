// Arrays with random layouts, seen by kernels as Ref and by xtensor as a strided view.
#pragma once

#include <cstddef>
#include <random>
#include <vector>

#include "kernels/ref.hpp"
#include "tapegrad/dtype.hpp"
#include "tapegrad/shape.hpp"
#include "xtensor.hpp"

namespace tapegrad::test {

/// Rank 0 to 5 and at most a few thousand elements; sometimes none.
Shape random_shape(std::mt19937& random);

/// Small integers, and halves of them for floats, so that sums are exact. Dimensions are permuted,
/// elements skipped, and, if asked for, some dimensions repeat one slice with stride 0.
class LaidOut {
 public:
  enum class Repeats { no, some };

  LaidOut(std::mt19937& random, DType dtype, const Shape& shape, Repeats repeats);

  kernels::Ref ref() { return {dtype_, bytes_.data() + first_ * size_of(dtype_), &layout_}; }
  const Layout& layout() const { return layout_; }

  /// As xtensor sees it.
  template <class T>
  auto view() const {
    const auto* data = reinterpret_cast<const T*>(bytes_.data());
    return xt::strided_view(
        xt::adapt(data, bytes_.size() / sizeof(T), xt::no_ownership(),
                  std::vector<std::size_t>{bytes_.size() / sizeof(T)}),
        xt::dynamic_shape<std::size_t>(layout_.shape().begin(), layout_.shape().end()),
        xt::dynamic_shape<std::ptrdiff_t>(layout_.strides().begin(), layout_.strides().end()),
        first_);
  }
  /// All elements in row-major order.
  xt::xarray<double> values() const;

 private:
  DType dtype_;
  std::size_t first_ = 0;
  Layout layout_;
  std::vector<std::byte> bytes_;
};

/// The elements of x in row-major order.
std::vector<double> listed(const xt::xarray<double>& x);

}  // namespace tapegrad::test
