// Sums and means, and what is counted.
#pragma once

#include "tapegrad/keepdim.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// Sum of all elements: rank 0. Integers and booleans give int64. Derivative: g everywhere.
/// Floats are added in a fixed order, the same for any number of threads; the error is below
/// (2^-23 + 2^-44) * sum(|x|) for float32, 2^-44 * sum(|x|) for float64, and the last rounding.
Tensor sum(const Tensor& x);
Tensor sum(const Tensor& x, const Dims& dims, Keepdim keep = Keepdim::no);
/// Of x.to(dtype), in that type: also in an integer one.
Tensor sum(const Tensor& x, AsDType dtype);
Tensor sum(const Tensor& x, const Dims& dims, Keepdim keep, AsDType dtype);

/// Sums x down to a shape that broadcasts to x's: the derivative of broadcasting. x itself if it
/// has that shape. Throws ShapeError when it doesn't. Derivative: g, broadcast.
Tensor sum_to(const Tensor& x, const Shape& shape);

/// Mean; of nothing it is NaN. Derivative: g / count. Throws DTypeError for integers.
Tensor mean(const Tensor& x);
Tensor mean(const Tensor& x, const Dims& dims, Keepdim keep = Keepdim::no);
/// Of x.to(dtype): the mean of integers is mean(x, float32).
Tensor mean(const Tensor& x, AsDType dtype);
Tensor mean(const Tensor& x, const Dims& dims, Keepdim keep, AsDType dtype);

/// sum() and mean() of the elements that aren't NaN; where all are, 0 and NaN. Derivative: that of
/// the sum or mean, 0 to NaNs. nanmean throws DTypeError for integers.
Tensor nansum(const Tensor& x, const Dims& dims = {}, Keepdim keep = Keepdim::no);
Tensor nanmean(const Tensor& x, const Dims& dims = {}, Keepdim keep = Keepdim::no);

/// How many elements aren't 0 (NaN isn't): int64, without derivative.
Tensor count_nonzero(const Tensor& x, const Dims& dims = {}, Keepdim keep = Keepdim::no);
/// Whether there is one, whether all are: bool, without derivative. Of nothing: no, and yes.
Tensor any(const Tensor& x, const Dims& dims = {}, Keepdim keep = Keepdim::no);
Tensor all(const Tensor& x, const Dims& dims = {}, Keepdim keep = Keepdim::no);

}  // namespace tapegrad
