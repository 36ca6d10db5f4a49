// Elements put where gather() would have read them.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// x with each element of `source` in the place that gather would have read: y[index[i][j]][j] =
/// source[i][j] for dim 0 of rank 2; of several for one place the last. The index may be smaller
/// than `source` (and than x apart from `dim`). Derivative: g with zeros at these places to x,
/// gather of g to `source`. Throws DTypeError for a source of another type.
Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source);
/// The same with one number. Throws DTypeError for a value that doesn't fit.
Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, Scalar value);

}  // namespace tapegrad
