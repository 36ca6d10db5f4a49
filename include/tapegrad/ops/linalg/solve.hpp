// Systems of linear equations. Leading sizes are batches, and broadcast. Throws ShapeError for
// sizes that don't fit, DTypeError unless all have one floating-point type.
#pragma once

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

}  // namespace tapegrad
