// The largest elements of windows back at their places.
#pragma once

#include "tapegrad/hints.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

namespace nn {

struct MaxUnpoolOptions {
  tapegrad::detail::ByName by_name = {};
  /// As of the pool; an empty list means as far as the kernel reaches.
  Dims stride = {};
  Dims padding = 0;
  /// Of the result: one, or one for each dimension. An empty list means (size - 1) stride - 2
  /// padding + kernel.
  Dims output_size = {};
};

/// Zeros, with each element of x at its place in its plane, as max_pool1d_with_indices() tells it.
/// Of several with one place the last in memory stays.
///   x, indices: [n, channels, size]  ->  [n, channels, length], or without n
/// Derivative: g at these places. Throws ShapeError where shapes don't fit, DTypeError unless
/// indices are integers and x isn't, IndexError for a place outside of the plane, Error for numbers
/// that mean nothing.
Tensor max_unpool1d(const Tensor& x, const Tensor& indices, const Dims& kernel_size,
                    const MaxUnpoolOptions& options = {});
/// The same of [n, channels, height, width].
Tensor max_unpool2d(const Tensor& x, const Tensor& indices, const Dims& kernel_size,
                    const MaxUnpoolOptions& options = {});
/// The same of [n, channels, depth, height, width].
Tensor max_unpool3d(const Tensor& x, const Tensor& indices, const Dims& kernel_size,
                    const MaxUnpoolOptions& options = {});

}  // namespace nn

}  // namespace tapegrad
