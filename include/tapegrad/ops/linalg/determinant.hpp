// Determinants of square matrices: [..., n, n] -> [...]. That of a matrix of size 0 is 1. Throws
// ShapeError for others, DTypeError for integers. NaN gives NaN.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// The determinant, by LU factors. It overflows early: slogdet() doesn't.
/// Derivative: g det(x) inv(x).T; of a singular matrix its cofactors, by svd(): then the second
/// derivative exists in floating point unless the rank is below n - 1 (NaN).
Tensor det(const Tensor& x);

/// The sign of the determinant, 0 for a singular matrix, and the logarithm of its magnitude, -inf
/// then: det(x) is sign * exp(logabsdet).
/// Derivative of logabsdet: g inv(x).T, which throws LinAlgError for a singular matrix; the sign
/// has none.
struct Slogdet {
  Tensor sign;
  Tensor logabsdet;
};
Slogdet slogdet(const Tensor& x);

}  // namespace tapegrad
