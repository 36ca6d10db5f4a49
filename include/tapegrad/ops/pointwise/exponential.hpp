// Exponential functions and logarithms.
// In-place forms: x.exp_() is exp() written into x.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// e^x. Derivative: y.
Tensor exp(const Tensor& x);
/// Natural logarithm; -inf at 0, NaN below. Derivative: 1 / x.
Tensor log(const Tensor& x);
/// log(1 + x), exact for small x. Derivative: 1 / (1 + x).
Tensor log1p(const Tensor& x);

}  // namespace tapegrad
