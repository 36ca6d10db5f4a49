// Diagonals and triangles of matrices. Diagonal k is that of the elements (i, i + k): 0 is the main
// one, positive numbers are above it.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// A view: the diagonal of two dimensions, which go; it becomes the last. Empty where there is no
/// such diagonal. Derivative: g on the diagonal of zeros. Throws IndexError for dims out of range
/// or equal.
Tensor diagonal(const Tensor& x, std::int64_t k = 0, AsDim dim1 = 0, AsDim dim2 = 1);

/// A matrix with the vector x as its diagonal, or a copy of the matrix x's diagonal. Derivative:
/// g's diagonal, or g on it. Throws ShapeError for another rank.
Tensor diag(const Tensor& x, std::int64_t k = 0);
/// A matrix with all elements of x, row by row, as its diagonal.
Tensor diagflat(const Tensor& x, std::int64_t k = 0);

/// x with zeros above (tril) or below (triu) diagonal k of its last two dimensions. Derivative: the
/// same of g. Throws ShapeError for a rank below 2.
Tensor tril(const Tensor& x, std::int64_t k = 0);  // in-place form
Tensor triu(const Tensor& x, std::int64_t k = 0);  // in-place form

}  // namespace tapegrad
