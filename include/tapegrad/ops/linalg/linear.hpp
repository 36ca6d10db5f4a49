// A product and a sum: what a linear layer computes.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

namespace nn {

/// x @ weight.T + bias, recorded as one operation; without the sum where `bias` is undefined.
///   x: [..., in], weight: [out, in], bias: [out]  ->  [..., out]
/// Derivative: g @ weight; g.T @ x, g and x as matrices of all their rows; the sum of g's rows.
/// Throws ShapeError when the sizes don't fit, DTypeError unless all have one floating-point type.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});

}  // namespace nn

}  // namespace tapegrad
