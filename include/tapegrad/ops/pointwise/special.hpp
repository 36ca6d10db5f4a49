// The error function, the gamma function, and their relatives.
// In-place forms: x.erf_() is erf() written into x.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// The error function: 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x. Derivative:
/// 2 / sqrt(pi) e^(-x^2).
Tensor erf(const Tensor& x);
/// 1 - erf(x), with its digits where erf(x) rounds to 1. Derivative: -2 / sqrt(pi) e^(-x^2).
Tensor erfc(const Tensor& x);
/// The number whose erf is x; infinite at 1 and -1, NaN beyond. Derivative: sqrt(pi) / 2 e^(y^2).
Tensor erfinv(const Tensor& x);
/// log|gamma(x)|; infinite at 0 and the negative integers. Derivative: digamma(x).
Tensor lgamma(const Tensor& x);
/// The derivative of lgamma; -inf at 0, inf at -0, NaN at the negative integers and at -inf. Around
/// its roots it is right to a few units in the last place of 1. Derivative: polygamma(1, x).
Tensor digamma(const Tensor& x);
/// The derivative of digamma of order n: n! times the sum of (-1)^(n+1) / (x + k)^(n+1) over all
/// k >= 0. At 0 and the negative integers it is inf for odd n, and -inf for even ones; 0 is
/// digamma itself. Derivative: polygamma(n + 1, x). Throws Error if n is negative.
Tensor polygamma(std::int64_t n, const Tensor& x);
/// a log(b), and 0 where a is 0, even if b is 0, negative or infinite; NaN where b is. Derivative:
/// log(b) to a and a / b to b; 0 to both where a is 0 and b isn't positive.
Tensor xlogy(const Tensor& a, const Tensor& b);
Tensor xlogy(const Tensor& a, Scalar b);
Tensor xlogy(Scalar a, const Tensor& b);

}  // namespace tapegrad
