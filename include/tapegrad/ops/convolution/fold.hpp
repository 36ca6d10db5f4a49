// Windows of images as columns of a matrix, and back.
#pragma once

#include "tapegrad/hints.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

namespace nn {

/// One number for height and width, or two.
struct FoldOptions {
  tapegrad::detail::ByName by_name = {};
  Dims dilation = 1;
  /// Zeros on both sides.
  Dims padding = 0;
  Dims stride = 1;
};

/// The elements under the kernel at each of its places, one place behind the other. (The windows of
/// one dimension as a view are those of unfold() in ops/shape/window.hpp.)
///   x: [n, channels, height, width]  ->  [n, channels kernel elements, places], or without n
/// with (size + 2 padding - dilation (kernel - 1) - 1) / stride + 1 places in each dimension,
/// rounded down. Derivative: fold() of g. Throws ShapeError where x has another rank or the kernel
/// is larger than x with its padding, DTypeError for integers, Error for numbers that mean nothing.
Tensor unfold(const Tensor& x, const Dims& kernel_size, const FoldOptions& options = {});

/// The image of this size whose elements are the sums of their copies: what unfold()'s derivative
/// does. Derivative: unfold() of g. Throws as unfold(), and ShapeError where x isn't what unfold()
/// gives of such an image.
Tensor fold(const Tensor& x, const Dims& output_size, const Dims& kernel_size,
            const FoldOptions& options = {});

}  // namespace nn

}  // namespace tapegrad
