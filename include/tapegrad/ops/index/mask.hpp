// Elements chosen by a mask: a boolean tensor that broadcasts with x. Each function throws
// DTypeError for a mask that isn't boolean, ShapeError where it doesn't broadcast.
#pragma once

#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// `value` where the mask holds, x elsewhere; x's type stays. Derivative: g where it doesn't hold,
/// 0 elsewhere, even of an infinite g. Throws DTypeError for a value that doesn't fit.
Tensor masked_fill(const Tensor& x, const Tensor& mask, Scalar value);
/// The same with a tensor of rank 0, which gets the sum of g where the mask holds. Throws
/// ShapeError for another rank.
Tensor masked_fill(const Tensor& x, const Tensor& mask, const Tensor& value);  // in-place form

/// The elements where the mask holds, row by row: rank 1. Derivative: g at these places, 0
/// elsewhere.
Tensor masked_select(const Tensor& x, const Tensor& mask);

/// x with the first elements of `source`, row by row, where the mask holds. Derivative: g to what
/// was taken of each, 0 elsewhere. Throws DTypeError for a source of another type, ShapeError for
/// one with too few elements.
Tensor masked_scatter(const Tensor& x, const Tensor& mask,
                      const Tensor& source);  // in-place form

/// Where the elements are that aren't 0 (NaN isn't), row by row: int64 [count, rank], a row of
/// indices for each.
Tensor nonzero(const Tensor& x);
/// The same by NumPy's name.
Tensor argwhere(const Tensor& x);
/// The columns of nonzero(): x[where(x > 0)[0]]. A number (rank 0) counts as a vector.
std::vector<Tensor> where(const Tensor& condition);  // no method

}  // namespace tapegrad
