// Products of vectors, matrices and batches of matrices.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// The matrix product a @ b.
///   [m, k] @ [k, n] -> [m, n]              matrices
///   [k] @ [k] -> []                        vectors: their dot product
///   [m, k] @ [k] -> [m]                    a vector on the right is a column
///   [k] @ [k, n] -> [n]                    a vector on the left is a row
///   [..., m, k] @ [..., k, n] -> [..., m, n]   batches, whose leading sizes broadcast
/// An inner size of 0 gives zeros. A transposed operand (t(), mT()) is never copied; one without a
/// dimension of unit stride may be. Integers are multiplied in their own type and wrap around.
/// Both must have the same element type, as in PyTorch: a float64 data set times float32 weights
/// is a mistake more often than a wish, and would convert a whole matrix in every step.
/// Derivative: g @ b.mT() and a.mT() @ g.
/// Throws ShapeError when the inner sizes differ, the leading sizes don't broadcast or a tensor has
/// rank 0; DTypeError when the element types differ or are boolean.
Tensor matmul(const Tensor& a, const Tensor& b);

}  // namespace tapegrad
