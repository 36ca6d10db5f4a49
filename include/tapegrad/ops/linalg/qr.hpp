// Orthogonal columns times a triangle.
#pragma once

#include <tuple>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// reduced: q is [..., m, k] and r [..., k, n] with k = min(m, n). complete: k = m. r: as reduced,
/// with an empty q of shape [0].
enum class QrMode { reduced, complete, r };

struct Qr {
  Tensor q;
  Tensor r;
  /// For std::tie().
  operator std::tuple<Tensor&, Tensor&>() && { return {q, r}; }
};
std::ostream& operator<<(std::ostream& out, const Qr& results);

/// x = q @ r for x: [..., m, n]: q has orthonormal columns, r is upper triangular. The signs of r's
/// diagonal are LAPACK's. NaN gives NaN.
/// Derivative: exists where the first min(m, n) columns of x are independent (else infinities and
/// NaN). The further columns of a complete q are any basis of what is left: the derivative of
/// functions that depend on which is arbitrary.
/// Throws ShapeError for rank 0 and 1, DTypeError for integers.
Qr qr(const Tensor& x);
Qr qr(const Tensor& x, QrMode mode);

}  // namespace tapegrad
