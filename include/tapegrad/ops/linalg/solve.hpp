// Systems of linear equations. Leading sizes are batches, and broadcast. Throws ShapeError for
// sizes that don't fit, DTypeError unless all have one floating-point type.
#pragma once

#include <optional>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// X with a @ X = b, or X @ a = b where `left` is false, by LU factors: [..., n, n], [..., n, k] ->
/// [..., n, k]. b is a vector, or a batch of vectors, if it has rank 1 or the shape of a without
/// its last dimension: [n], [..., n].
/// Derivative: solve(a.T, g) for b, and minus that times X.T for a. NaN gives NaN. Throws
/// LinAlgError for a matrix that is exactly singular.
Tensor solve(const Tensor& a, const Tensor& b, bool left = true);

/// The same for triangular a, of which only that triangle is read; of a unitriangular one not even
/// the diagonal, which is 1. A zero on the diagonal gives infinities and NaN. b isn't a vector.
/// Derivative: as solve()'s; for a in the triangle that is read.
Tensor solve_triangular(const Tensor& a, const Tensor& b, bool upper, bool left = true,
                        bool unitriangular = false);

/// Least squares: the X of the smallest norm among those that make |a @ X - b| smallest.
struct Lstsq {
  /// [..., n, k], or [..., n] of a vector b. It alone has a derivative: that at constant rank.
  Tensor solution;
  /// The squares of |a @ X - b| for each column, [..., k], where m > n and all ranks are n; else
  /// shape [0]. Derivative: that of these operations.
  Tensor residuals;
  /// How many singular values are above rcond times the largest: int64, [...].
  Tensor rank;
  /// In descending order: [..., min(m, n)].
  Tensor singular_values;
};

/// For a: [..., m, n] of any rank and b: [..., m, k], or a vector as for solve(). By svd(), as
/// torch.linalg.lstsq with the driver gelsd. Without rcond it is max(m, n) epsilon.
/// Throws LinAlgError for elements of a that aren't finite.
Lstsq lstsq(const Tensor& a, const Tensor& b, std::optional<double> rcond = std::nullopt);

}  // namespace tapegrad
