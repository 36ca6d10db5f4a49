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
/// e^x - 1, exact for small x. Derivative: e^x, with its digits where y rounds to -1.
Tensor expm1(const Tensor& x);
/// 2^x. Derivative: y log(2).
Tensor exp2(const Tensor& x);
/// Logarithm to the base 2, exact of powers of 2; -inf at 0, NaN below. Derivative: 1 / (x log(2)).
Tensor log2(const Tensor& x);
/// Logarithm to the base 10; -inf at 0, NaN below. Derivative: 1 / (x log(10)).
Tensor log10(const Tensor& x);
/// log(e^a + e^b) without overflow; of equal infinities it is that infinity; integers give float32.
/// Derivative: sigmoid(a - b) to a and sigmoid(b - a) to b, half to each of equal infinities.
Tensor logaddexp(const Tensor& a, const Tensor& b);
Tensor logaddexp(const Tensor& a, Scalar b);
Tensor logaddexp(Scalar a, const Tensor& b);
/// log2(2^a + 2^b); otherwise as logaddexp. Derivative: 1 / (1 + 2^(b - a)) to a, and likewise to
/// b.
Tensor logaddexp2(const Tensor& a, const Tensor& b);
Tensor logaddexp2(const Tensor& a, Scalar b);
Tensor logaddexp2(Scalar a, const Tensor& b);

}  // namespace tapegrad
