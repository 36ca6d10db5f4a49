// Convolutions and their transposes.
#pragma once

#include <string_view>

#include "tapegrad/hints.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

namespace nn {

/// How many zeros a convolution sees on both sides of each dimension, or a word: "valid" for none,
/// "same" for as many as keep the size, of an odd number the larger half behind.
class ConvPadding {
 public:
  ConvPadding(const Dims& zeros) : zeros_(zeros) {}
  ConvPadding(std::initializer_list<AsInteger> zeros) : zeros_(zeros) {}
  template <tapegrad::detail::Integral T>
  ConvPadding(T zeros) : zeros_(zeros) {}
  /// Throws Error for any other word.
  ConvPadding(std::string_view word);
  ConvPadding(const char* word) : ConvPadding(std::string_view(word)) {}

  bool keeps_size() const { return same_; }
  /// Where it isn't "same".
  const Dims& zeros() const { return zeros_; }

 private:
  Dims zeros_ = 0;
  bool same_ = false;
};

struct ConvOptions {
  tapegrad::detail::ByName by_name = {};
  Dims stride = 1;
  ConvPadding padding = 0;
  Dims dilation = 1;
  std::int64_t groups = 1;
};

/// The sums of products of the kernels in `weight` with the part of x under them, at every place:
/// y[n, o, i] = bias[o] + sum over c and k of weight[o, c, k] x[n, c, stride i + dilation k -
/// padding].
///   x: [n, in, size], weight: [out, in / groups, kernel], bias: [out]  ->  [n, out, places]
/// with (size + 2 padding - dilation (kernel - 1) - 1) / stride + 1 places, rounded down. With
/// `groups` each part of the channels has kernels of its own.
/// Derivative: the transposed convolution of g, and sums of products of g with x; all three are
/// linear in both their factors, and the derivatives of each other.
/// Throws ShapeError where sizes don't fit or the kernel is larger than x with its padding,
/// DTypeError unless all have one floating-point type, Error for a stride or a dilation below 1, a
/// negative padding, or "same" with a stride.
Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const ConvOptions& options = {});
/// The same of [n, in, height, width].
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const ConvOptions& options = {});
/// The same of [n, in, depth, height, width].
Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const ConvOptions& options = {});

struct ConvTransposeOptions {
  tapegrad::detail::ByName by_name = {};
  Dims stride = 1;
  /// What is cut off the result on both sides.
  Dims padding = 0;
  /// How much longer the result is, at its end.
  Dims output_padding = 0;
  std::int64_t groups = 1;
  Dims dilation = 1;
};

/// What a convolution's derivative gives of x: each element of x adds the kernels, times itself, to
/// the result: y[n, c, stride i + dilation k - padding] gets weight[o, c, k] x[n, o, i].
///   x: [n, in, size], weight: [in, out / groups, kernel], bias: [out]  ->  [n, out, length]
/// with length (size - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1.
/// Derivative: the convolution of g, and sums of products of g with x. Throws as conv1d, and Error
/// for an output_padding that is neither below the stride nor below the dilation.
Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                        const ConvTransposeOptions& options = {});
/// The same of [n, in, height, width].
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                        const ConvTransposeOptions& options = {});
/// The same of [n, in, depth, height, width].
Tensor conv_transpose3d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                        const ConvTransposeOptions& options = {});

}  // namespace nn

}  // namespace tapegrad
