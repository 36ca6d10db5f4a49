// Elements in the opposite order, or moved round.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// A copy with the elements of `dims` from last to first: what a slice with a negative step would
/// be. An empty list means none. Derivative: g flipped. Throws IndexError for a dim that is out of
/// range or given twice.
Tensor flip(const Tensor& x, const Dims& dims);  // also without braces

/// A copy in which the elements of dims[i] are shifts[i] places further on; those that leave come
/// in again at the start. Derivative: g rolled back. Throws ShapeError unless there are as many
/// shifts as dims, IndexError for a dim.
Tensor roll(const Tensor& x, const Dims& shifts, const Dims& dims);
/// The same of all elements row by row; the shape stays.
Tensor roll(const Tensor& x, std::int64_t shift);

/// Turned by k right angles from the first of `dims` to the second. Derivative: g turned back.
/// Throws ShapeError unless two dims are given, IndexError for one out of range or given twice.
Tensor rot90(const Tensor& x, std::int64_t k = 1, const Dims& dims = {0, 1});

}  // namespace tapegrad
