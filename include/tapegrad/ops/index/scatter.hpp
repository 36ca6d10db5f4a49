// Elements put where gather() would have read them, and what is made of several that meet there.
// The results don't depend on the number of threads. Each function throws DTypeError for a source
// of another type than x, IndexError for an index that is negative or too large, and ShapeError
// where ranks differ, or where the index is larger than the source or, apart from `dim`, than x.
// In-place forms: x.scatter_() is scatter() written into x.
#pragma once

#include <string_view>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// x with each element of `source` in the place that gather would have read: y[index[i][j]][j] =
/// source[i][j] for dim 0 of rank 2; of several for one place the last. Derivative: g with zeros at
/// these places to x, gather of g to `source`.
Tensor scatter(const Tensor& x, AsDim dim, const Tensor& index, const Tensor& source);
/// The same with one number. Throws DTypeError for a value that doesn't fit.
Tensor scatter(const Tensor& x, AsDim dim, const Tensor& index, Scalar value);
/// scatter_reduce() under older names: "add" is sum, "multiply" prod.
Tensor scatter(const Tensor& x, AsDim dim, const Tensor& index, const Tensor& source,
               std::string_view reduce);
Tensor scatter(const Tensor& x, AsDim dim, const Tensor& index, Scalar value,
               std::string_view reduce);

/// x with, at each place that the index names, the "sum", "prod", "mean", "amax" or "amin" of the
/// elements of `source` that scatter() would have put there, and of x's own if `include_self`. The
/// mean of integers is rounded down; a NaN is the largest and the smallest.
/// Derivative: of sums and means g, or its share; of products g times the product of the others,
/// without a division: right where elements are 0, at every order; of extremes g to the element
/// that was chosen, at a kink, where several are equal, an equal share to each. Throws Error for
/// another reduction.
Tensor scatter_reduce(const Tensor& x, AsDim dim, const Tensor& index, const Tensor& source,
                      std::string_view reduce, bool include_self = true);

}  // namespace tapegrad
