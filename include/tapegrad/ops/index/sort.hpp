// Order along a dimension. NaN is larger than every number; of equal elements the first comes
// first, also in descending order. A tensor of rank 0 counts as a line of one element. Each throws
// IndexError if dim is out of range.
#pragma once

#include <tuple>

#include "tapegrad/ops/reduce/extreme.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// The elements in order and where they were (int64): `auto [values, indices] = sort(x);`.
/// Derivative of the values: g put back.
Extremes sort(const Tensor& x, AsDim dim = -1, bool descending = false);
/// The indices alone.
Tensor argsort(const Tensor& x, AsDim dim = -1, bool descending = false);

/// The k largest (smallest) elements in order, the largest (smallest) first, and where they are.
/// Derivative of the values: g to them, 0 to the others. Throws ShapeError for more than there are.
Extremes topk(const Tensor& x, std::int64_t k, AsDim dim = -1, bool largest = true);

/// The k-th smallest element, counted from 1, and where it is; of equal ones the place that sort()
/// gives. Derivative of the value: g to it. Throws ShapeError unless there are as many.
Extremes kthvalue(const Tensor& x, std::int64_t k, AsDim dim = -1, Keepdim keep = Keepdim::no);

/// The different values in order, for each element of x the place of its value (x's shape), and how
/// often each value occurs. Every NaN is a value of its own. Without derivative.
struct Unique {
  Tensor values;
  Tensor inverse;
  Tensor counts;
  /// PyTorch's result without options: Tensor different = x.unique().
  operator Tensor() const { return values; }
  /// For std::tie().
  operator std::tuple<Tensor&, Tensor&, Tensor&>() && { return {values, inverse, counts}; }
};
std::ostream& operator<<(std::ostream& out, const Unique& results);
Unique unique(const Tensor& x);
/// The different slices of x along `dim`, in the order of their first elements that differ, as
/// slices of `values`; `inverse` and `counts` have one dimension. A slice with a NaN is like no
/// other. Throws ShapeError where slices have no element, IndexError if dim is out of range.
Unique unique(const Tensor& x, AsDim dim);

}  // namespace tapegrad
