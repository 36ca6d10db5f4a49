// Scans: each element becomes a sum, a product or an extreme of the elements up to it along a
// dimension. The shape stays; a tensor of rank 0 counts as a line of one element. Each throws
// IndexError if dim is out of range.
#pragma once

#include "tapegrad/ops/reduce/extreme.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// Sums up to each element, itself included. Integers and booleans give int64, which wraps around.
/// Derivative: the sums of g from each element on.
Tensor cumsum(const Tensor& x, AsDim dim);  // in-place form
/// Of x.to(dtype), in that type: also in an integer one.
Tensor cumsum(const Tensor& x, AsDim dim, AsDType dtype);

/// Products up to each element. Integers and booleans give int64, which wraps around. Derivative:
/// the sum of g times the product of the others; right where elements are 0, at every order.
Tensor cumprod(const Tensor& x, AsDim dim);  // in-place form
/// Of x.to(dtype), in that type: also in an integer one.
Tensor cumprod(const Tensor& x, AsDim dim, AsDType dtype);

/// log(sum(exp(x))) of the elements up to each, stable for large inputs; -inf where all of them are
/// -inf. Derivative: the sum of g exp(x - y) from each element on, and 0 to an element of -inf.
/// Throws DTypeError for integers.
Tensor logcumsumexp(const Tensor& x, AsDim dim);

/// The largest of the elements up to each, and its index; of equal ones the last, and NaN from the
/// first NaN on. Derivative of the values: g to the elements that were chosen, at a kink too.
Extremes cummax(const Tensor& x, AsDim dim);
/// The smallest, likewise; the same at a kink.
Extremes cummin(const Tensor& x, AsDim dim);

/// Each element less the one before it, `n` times: a line is shorter by one each time, down to
/// nothing. What is undefined of `prepend` and `append` isn't there, the others lie before and
/// behind x; n = 0 is x alone. Booleans: whether they differ. Derivative: the differences of g,
/// negated. Throws ShapeError for a tensor of rank 0, Error for a negative n, and as cat().
Tensor diff(const Tensor& x, std::int64_t n = 1, std::int64_t dim = -1, const Tensor& prepend = {},
            const Tensor& append = {});

}  // namespace tapegrad
