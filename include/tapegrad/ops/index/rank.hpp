// Values by their rank: what would stand in the middle of a sorted line, and between two of its
// elements. A tensor of rank 0 counts as a line of one element. Nothing has no rank: each throws
// ShapeError where there is no element, and IndexError if dim is out of range.
#pragma once

#include "tapegrad/ops/reduce/extreme.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// The middle one of all elements; of an even number the lower of the two in the middle; NaN where
/// there is one. Derivative: g to it.
Tensor median(const Tensor& x);
/// The same along `dim`, and where it is.
Extremes median(const Tensor& x, std::int64_t dim, Keepdim keep = Keepdim::no);

/// The value below which the part q of all elements lies, between two elements the linear
/// interpolation; NaN where there is one. Derivative: g to these two by their shares. Throws
/// DTypeError for integers, Error unless 0 <= q <= 1.
Tensor quantile(const Tensor& x, double q);
/// The same along `dim`.
Tensor quantile(const Tensor& x, double q, std::int64_t dim, Keepdim keep = Keepdim::no);

}  // namespace tapegrad
