// Powers and roots.
// In-place forms: x.sqrt_() is sqrt() written into x.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// a to the power b. Derivative: g * b * a^(b-1), 0 where b is 0; and g * a^b * log(a), 0 where a
/// is 0 and b is not negative. At the kink, where a is 0, the derivatives of every order in a are
/// those of a^b: of a^2 for example 0, 2, 0; those in b are 0. Integers stay integers; for these,
/// an exponent that is negative or that the result's type can't hold throws DTypeError.
Tensor pow(const Tensor& a, const Tensor& b);
Tensor pow(const Tensor& a, Scalar b);
Tensor pow(Scalar a, const Tensor& b);

/// Square root; NaN below 0. Derivative: 1 / (2y), infinite at the kink, 0. What x was computed by
/// multiplies that by its own derivative: where this is 0, as that of var() or of a sum of squares,
/// the product is NaN, as in PyTorch; std(), abs() and relu() choose 0.
Tensor sqrt(const Tensor& x);
/// x * x; integers stay integers, and wrap around; booleans become int64. Derivative: 2x.
Tensor square(const Tensor& x);
/// 1 / sqrt(x); infinite at 0, NaN below. Derivative: -y^3 / 2.
Tensor rsqrt(const Tensor& x);
/// 1 / x; integers give float32. Derivative: -y^2.
Tensor reciprocal(const Tensor& x);
/// sqrt(a^2 + b^2) without overflow on the way; infinite where either is; integers give float32.
/// Derivative: a / y and b / y; at the kink, where both are 0, 0 (NaN in PyTorch).
Tensor hypot(const Tensor& a, const Tensor& b);
Tensor hypot(const Tensor& a, Scalar b);
Tensor hypot(Scalar a, const Tensor& b);

}  // namespace tapegrad
