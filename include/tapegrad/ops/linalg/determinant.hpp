// Determinants of square matrices: [..., n, n] -> [...]. That of a matrix of size 0 is 1. Throws
// ShapeError for others, DTypeError for integers. NaN gives NaN.
#pragma once

#include <tuple>

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
  /// For std::tie().
  operator std::tuple<Tensor&, Tensor&>() && { return {sign, logabsdet}; }
};
std::ostream& operator<<(std::ostream& out, const Slogdet& results);
Slogdet slogdet(const Tensor& x);
/// The logarithm of the determinant: slogdet()'s where the sign is 1, -inf of a singular matrix,
/// NaN of a negative one. Derivative: as slogdet's; NaN where the result is.
Tensor logdet(const Tensor& x);

}  // namespace tapegrad
