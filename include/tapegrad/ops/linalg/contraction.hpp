// Sums over dimensions that tensors share, named by numbers.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// The sum of products over the last `dims` dimensions of a and the first of b, in order; 0 gives
/// all products. With two lists: over of_a[i] of a and of_b[i] of b. The other dimensions of a come
/// first in the result. A size of 1 broadcasts to the other's.
/// Throws ShapeError for sizes that differ and lists of different length, IndexError for
/// dimensions out of range or given twice, DTypeError as matmul().
Tensor tensordot(const Tensor& a, const Tensor& b, std::int64_t dims = 2);
Tensor tensordot(const Tensor& a, const Tensor& b, const Dims& of_a, const Dims& of_b);

/// The sum of a matrix's diagonal: [n, m] -> []. Derivative: g on the diagonal. Throws ShapeError
/// unless the rank is 2.
Tensor trace(const Tensor& x);

}  // namespace tapegrad
