// The largest and smallest elements, and where they are. NaN wins over every number. Nothing has no
// extreme: every function throws ShapeError when there is no element to choose from.
#pragma once

#include <tuple>
#include <utility>

#include "tapegrad/keepdim.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// Extremes along a dimension and their indices (int64): `auto [values, indices] = max(x, 1);`.
struct Extremes {
  Tensor values;
  Tensor indices;
  /// std::tie(values, indices) = max(x, 1)
  operator std::tuple<Tensor&, Tensor&>() && { return {values, indices}; }
};
std::ostream& operator<<(std::ostream& out, const Extremes& results);

/// The largest element: rank 0. Derivative: as amax, also at its kinks.
Tensor max(const Tensor& x);
/// The smallest element: rank 0. Derivative: as amin, also at its kinks.
Tensor min(const Tensor& x);

/// Along `dim`; of equal elements the first. Derivative of the values: g to that element alone, at
/// a kink too, 0 elsewhere. Throws IndexError if dim is out of range.
Extremes max(const Tensor& x, AsDim dim, Keepdim keep = Keepdim::no);
Extremes min(const Tensor& x, AsDim dim, Keepdim keep = Keepdim::no);

/// maximum() and minimum() of two tensors.
Tensor max(const Tensor& a, const Tensor& b);
Tensor min(const Tensor& a, const Tensor& b);

/// The largest over `dims`; an empty list means all. Derivative: g to the element that is the
/// result; at a kink, where several are, in equal parts to them (to the NaNs where it is NaN, of
/// which PyTorch makes NaN everywhere); 0 elsewhere.
/// Throws IndexError for a dim that is out of range or given twice.
Tensor amax(const Tensor& x, const Dims& dims, Keepdim keep = Keepdim::no);
/// The smallest, likewise; the same at a kink.
Tensor amin(const Tensor& x, const Dims& dims, Keepdim keep = Keepdim::no);

/// {amin(x, dims), amax(x, dims)}, with their derivatives and errors.
std::pair<Tensor, Tensor> aminmax(const Tensor& x, const Dims& dims = {},
                                  Keepdim keep = Keepdim::no);

/// Where the largest element is, counted row by row: rank 0, int64. Of equal elements the first.
Tensor argmax(const Tensor& x);
Tensor argmin(const Tensor& x);
/// Its index along `dim`. Throws IndexError if dim is out of range.
Tensor argmax(const Tensor& x, AsDim dim, Keepdim keep = Keepdim::no);
Tensor argmin(const Tensor& x, AsDim dim, Keepdim keep = Keepdim::no);

}  // namespace tapegrad
