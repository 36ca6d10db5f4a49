// Cholesky's factors of symmetric positive definite matrices.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// The lower triangular L with L @ L.T = x: [..., n, n]; or the upper U with U.T @ U = x. Only that
/// triangle of x is read.
/// Derivative: that for symmetric changes of x, a symmetric matrix.
/// Throws LinAlgError unless x is positive definite (NaN isn't), ShapeError unless it is square,
/// DTypeError for integers.
Tensor cholesky(const Tensor& x, bool upper = false);

/// X with A @ X = b, where `factor` is cholesky(A, upper): [..., n, k], [..., n, n] -> [..., n, k].
/// Batches broadcast. Derivative and errors: those of solve_triangular().
Tensor cholesky_solve(const Tensor& b, const Tensor& factor, bool upper = false);

}  // namespace tapegrad
