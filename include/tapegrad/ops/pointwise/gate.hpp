// Activations that multiply: x, or a half of it, by what opens or closes a gate.
// In-place forms: x.silu_() is silu() written into x.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// x sigmoid(x), also called swish; NaN at -inf, as in PyTorch. Derivative: s + x s (1 - s) with
/// s = sigmoid(x).
Tensor silu(const Tensor& x);
/// x times the probability that a standard normal number is below x: x erfc(-x / sqrt(2)) / 2. Or
/// with `approximate` "tanh", x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)), which is faster. NaN at
/// -inf, as in PyTorch. Derivative: that probability and x times its density. Throws Error for any
/// other word than these two. Source: Hendrycks & Gimpel (2016), "Gaussian error linear units".
Tensor gelu(const Tensor& x, std::string_view approximate = "none");
/// x tanh(softplus(x)); NaN at -inf, as in PyTorch. Source: Misra (2019), "Mish".
Tensor mish(const Tensor& x);
/// 0 up to -3, x from 3 on, and x (x + 3) / 6 in between. Derivative: (2x + 3) / 6 in between; at
/// the kinks, -3 and 3, 0 and 1.
Tensor hardswish(const Tensor& x);
/// a sigmoid(b), where a and b are the halves of x along `dim`: [..., 2n, ...] -> [..., n, ...].
/// Throws ShapeError if the size there is odd, IndexError if dim is out of range.
Tensor glu(const Tensor& x, AsDim dim = -1);  // no in-place form

}  // namespace tapegrad
