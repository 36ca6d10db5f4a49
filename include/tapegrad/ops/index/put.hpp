// Elements replaced at places that tensors of integers name, and taken from such. Other than in the
// rest of the family, negative indices of take, take_along_dim and index_put count from the end.
#pragma once

#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// x with slice j of `source` along `dim` in the place of slice index[j]; of several for one place
/// the last. Derivative: g with zeros at these places to x, and at these places to `source`.
Tensor index_copy(const Tensor& x, AsDim dim, const Tensor& index,
                  const Tensor& source);  // in-place form
/// The same with one number; negative indices count from the end. Throws DTypeError for a value
/// that doesn't fit.
Tensor index_fill(const Tensor& x, AsDim dim, const Tensor& index,
                  Scalar value);  // in-place form

/// x with `values` at x[{indices[0], indices[1], ...}], whose shape they broadcast to; with
/// `accumulate` they are added there, as often as a place is named. Masks count as their places.
/// Derivative: as index_copy's, or g to x as well. Throws as brackets do, and DTypeError for values
/// of another type.
Tensor index_put(const Tensor& x, const std::vector<Tensor>& indices, const Tensor& values,
                 bool accumulate = false);  // in-place form
/// The same with one number. Throws DTypeError for one that doesn't fit.
Tensor index_put(const Tensor& x, const std::vector<Tensor>& indices, Scalar value,
                 bool accumulate = false);  // in-place form

/// The elements of x, counted row by row, that the index names; it gives the shape. Derivative: g
/// added up at these places.
Tensor take(const Tensor& x, const Tensor& index);
/// gather() with an index that broadcasts with x apart from `dim`: takes what argsort() and
/// argmax() give.
Tensor take_along_dim(const Tensor& x, const Tensor& index, AsDim dim);

}  // namespace tapegrad
