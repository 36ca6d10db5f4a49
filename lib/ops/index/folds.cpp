#include "ops/index/folds.hpp"

#include "core/layout.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

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

/// Where a run of equal elements begins in a line that is in order.
Tensor begins(const Tensor& sorted) {
  const std::int64_t n = sorted.size(0);
  const Tensor first = ones({std::min<std::int64_t>(n, 1)}, {.dtype = boolean});
  if (n < 2) return first;
  return cat({first, sorted.narrow(0, 1, n - 1) != sorted.narrow(0, 0, n - 1)});
}

/// Each element with an even place in its run, counted from 0, times the next one, if the run has
/// one; runs are halved until they have one element.
struct Runs {
  Tensor values;
  Tensor places;

  bool halve() {
    const std::int64_t n = places.numel();
    const Tensor first = begins(places);
    const Tensor numbers = arange(n);
    const Tensor start = cummax(where(first, numbers, 0), 0).values;
    const Tensor even = (numbers - start) % 2 == 0;
    if (all(even).item<bool>()) return false;
    const Tensor left = masked_select(numbers, even);
    // Behind the last element there is a 1, for those that are alone.
    const Tensor followed = cat({~even.slice(0, 1), zeros({1}, {.dtype = boolean})});
    const Tensor right = where(index_select(followed, 0, left), left + 1, n);
    const Tensor more = cat({values, ones({1}, {.dtype = values.dtype()})});
    values = index_select(values, 0, left) * index_select(more, 0, right);
    places = index_select(places, 0, left);
    return true;
  }
};

}  // namespace

Tensor products_at(const Tensor& x, std::size_t dim, const Tensor& index, const Tensor& source) {
  if (index.numel() == 0) return x.clone();
  const Extremes order = sort(places_of(index, x.shape(), dim), 0);
  Runs runs{index_select(source.reshape({source.numel()}), 0, order.indices), order.values};
  while (runs.halve()) {
  }
  const Tensor line = x.reshape({x.numel()});
  const Tensor products = index_select(line, 0, runs.places) * runs.values;
  return index_copy(line, 0, runs.places, products).reshape(x.shape());
}

}  // namespace tapegrad
