#include "tapegrad/ops/index/scatter.hpp"

#include "core/check.hpp"
#include "ops/elementwise.hpp"
#include "ops/index/indices.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad {
namespace {

/// Where each index of the line along `dim` is in a tensor of this shape, counted row by row.
Tensor places_of(const Tensor& index, const Shape& shape, std::size_t dim) {
  const Strides strides = Layout(shape).strides();
  Tensor sum = index * strides[dim];
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (d == dim) continue;
    Shape along(shape.size(), 1);
    along[d] = index.shape()[d];
    sum = sum + (arange(index.shape()[d]) * strides[d]).reshape(along);
  }
  return sum.reshape({index.numel()});
}

}  // namespace

Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source) {
  check_defined("scatter", x, dim, index, source);
  const std::size_t d = wrap_line_dim("scatter", dim, x.shape().size());
  if (x.dim() == 0) return scatter(as_line(x), 0, as_line(index), as_line(source)).squeeze(0);
  check<DTypeError>(x.dtype() == source.dtype(), "scatter: {} into {}; convert it with to()",
                    source.dtype(), x.dtype());
  bool fits = index.dim() == x.dim() && source.dim() == x.dim();
  for (std::size_t i = 0; fits && i < x.shape().size(); ++i) {
    fits = (i == d || index.shape()[i] <= x.shape()[i]) && index.shape()[i] <= source.shape()[i];
  }
  check<ShapeError>(fits,
                    "scatter: an index of shape {} and a source of shape {} for shape {}: ranks "
                    "must be equal, and the index no larger than the source, nor than the tensor "
                    "apart from dim {}",
                    index.shape(), source.shape(), x.shape(), dim);
  const Tensor indices = checked_indices("scatter", index, x.shape()[d]);
  Tensor part = source;
  for (std::int64_t i = 0; i < index.dim(); ++i) part = part.narrow(i, 0, index.size(i));
  const Tensor line = x.reshape({x.numel()});
  const Tensor y =
      index_copy(line, 0, places_of(indices, x.shape(), d), part.reshape({index.numel()}));
  return y.reshape(x.shape());
}

Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, Scalar value) {
  check_defined("scatter", x, dim, index, value);
  return scatter(x, dim, index, constant("scatter", x.dtype(), value).expand(index.shape()));
}

}  // namespace tapegrad
