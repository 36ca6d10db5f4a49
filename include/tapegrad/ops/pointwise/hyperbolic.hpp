// Hyperbolic functions and their inverses; tanh stands with the activations.
// In-place forms: x.sinh_() is sinh() written into x.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// (e^x - e^-x) / 2. Derivative: cosh(x).
Tensor sinh(const Tensor& x);
/// (e^x + e^-x) / 2. Derivative: sinh(x).
Tensor cosh(const Tensor& x);
/// The number whose sinh is x. Derivative: 1 / sqrt(x^2 + 1).
Tensor asinh(const Tensor& x);
/// The number from 0 on whose cosh is x; NaN below 1. Derivative: 1 / sqrt(x^2 - 1), infinite at 1
/// and NaN below.
Tensor acosh(const Tensor& x);
/// The number whose tanh is x; infinite at 1 and -1, NaN beyond. Derivative: 1 / (1 - x^2).
Tensor atanh(const Tensor& x);

}  // namespace tapegrad
