#include "ops/index/places.hpp"

#include <algorithm>

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "core/sizes.hpp"
#include "kernels/index.hpp"
#include "ops/elementwise.hpp"
#include "ops/index/copy.hpp"
#include "ops/index/indices.hpp"
#include "ops/index/mask.hpp"
#include "ops/value_check.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad {
namespace {

/// Each from 0 on. Throws DTypeError or IndexError.
Tensor wrapped(std::string_view operation, const Tensor& index, const Tensor& x, std::size_t dim) {
  const Tensor integers = integers_of(operation, index).detach();
  const std::int64_t size = x.shape()[dim];
  const Tensor places = tapegrad::where(integers < 0, integers + size, integers);
  const auto check_range = [operation, size, dim, shape = x.shape()](const Tensor& all) {
    if (const auto outside = kernels::first_outside(kernels::ref(all), size)) {
      fail<IndexError>("{}: index {} is out of range for dimension {} of shape {}", operation,
                       *outside < 0 ? *outside - size : *outside, dim, shape);
    }
  };
  check_values(check_range, places);
  return places;
}

/// The dimensions that are named as one, which begins at `dim`, and the places in it.
struct Line {
  Tensor x;
  std::size_t dim;
  Tensor index;
  Shape shape;  // of the index
  Dims order;   // in which the dimensions of the tensor stand in x

  Line(std::string_view operation, const Tensor& of, const Places& places);

  /// The shape of the elements before the places are one dimension.
  Shape shape_of_elements() const {
    Shape result;
    for (std::size_t d = 0; d < x.shape().size(); ++d) {
      if (d != dim) result.push_back(x.shape()[d]);
      for (std::size_t k = 0; d == dim && k < shape.size(); ++k) result.push_back(shape[k]);
    }
    return result;
  }
  /// Values that broadcast to the elements, with the places as one dimension.
  Tensor spread(std::string_view operation, const Tensor& values) const {
    const Shape to = shape_of_elements();
    check<ShapeError>(broadcasts_to(values.shape(), to),
                      "{}: values of shape {} don't broadcast to the {} that are chosen", operation,
                      values.shape(), to);
    Shape slices = x.shape();
    slices[dim] = index.numel();
    return values.expand(to).reshape(slices);
  }
};

Line::Line(std::string_view operation, const Tensor& of, const Places& places) {
  std::vector<Tensor> indices;
  for (std::size_t i = 0; i < places.dims.size(); ++i) {
    indices.push_back(wrapped(operation, places.indices[i], of, places.dims[i]));
    shape = broadcast_for(operation, shape, indices[i].shape());
  }
  const std::size_t count = places.dims.size();
  const bool together = places.dims.back() - places.dims.front() + 1 == count;
  dim = together ? places.dims.front() : 0;
  Tensor sum;
  Shape merged;
  std::int64_t size = 1;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t n = of.shape()[places.dims[i]];
    sum = i == 0 ? indices[0] : sum * n + indices[i];
    size = checked_mul(operation, size, n);
  }
  index = sum.expand(shape).reshape({numel(shape)});
  // Dimensions in front of the named ones, the named ones, those behind them.
  const auto named = [&](std::size_t d) {
    return std::find(places.dims.begin(), places.dims.end(), d) != places.dims.end();
  };
  for (const std::size_t d : places.dims) order.push_back(static_cast<std::int64_t>(d));
  for (std::size_t d = 0, before = 0; d < of.shape().size(); ++d) {
    if (named(d)) continue;
    const auto place = static_cast<std::int64_t>(d);
    d < dim ? order.insert(before++, place) : order.push_back(place);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i < dim || i >= dim + count)
      merged.push_back(of.shape()[static_cast<std::size_t>(order[i])]);
    if (i == dim) merged.push_back(size);
  }
  x = together ? of.reshape(merged) : of.permute(order).reshape(merged);
}

/// x's elements again in the order in which the tensor has its dimensions.
Tensor restored(const Tensor& y, const Line& line, const Tensor& of) {
  Shape shape = of.shape();
  Dims back = line.order;
  for (std::size_t i = 0; i < line.order.size(); ++i) {
    const auto d = static_cast<std::size_t>(line.order[i]);
    shape[i] = of.shape()[d];
    back[d] = static_cast<std::int64_t>(i);
  }
  return y.reshape(shape).permute(back);
}

}  // namespace

void Places::add(std::string_view operation, const Tensor& x, std::size_t dim,
                 const Tensor& index) {
  if (index.dtype() != boolean) {
    dims.push_back(dim);
    indices.push_back(index);
    return;
  }
  const auto rank = static_cast<std::size_t>(index.dim());
  check<IndexError>(rank > 0, "{}: a mask of rank 0 names no dimension", operation);
  bool fits = dim + rank <= x.shape().size();
  for (std::size_t i = 0; fits && i < rank; ++i) fits = index.shape()[i] == x.shape()[dim + i];
  check<IndexError>(fits, "{}: a mask of shape {} for dimension {} of shape {}", operation,
                    index.shape(), dim, x.shape());
  const std::vector<Tensor> columns = tapegrad::where(index);
  for (std::size_t i = 0; i < rank; ++i) {
    dims.push_back(dim + i);
    indices.push_back(columns[i]);
  }
}

Tensor taken(std::string_view operation, const Tensor& x, const Places& places) {
  const Line line(operation, x, places);
  const Tensor slices = index_select(line.x, static_cast<std::int64_t>(line.dim), line.index);
  return slices.reshape(line.shape_of_elements());
}

Tensor put(std::string_view operation, const Tensor& x, const Places& places, const Tensor& values,
           bool accumulate) {
  const Line line(operation, x, places);
  const Tensor slices = line.spread(operation, values);
  const auto dim = static_cast<std::int64_t>(line.dim);
  const Tensor y = accumulate ? index_add(line.x, dim, line.index, slices)
                              : index_copy(line.x, dim, line.index, slices);
  return restored(y, line, x);
}

void put_in_place(std::string_view operation, Tensor x, const Places& places,
                  const Tensor& values) {
  Line line(operation, x, places);
  const Tensor slices = line.spread(operation, values.to(x.dtype()));
  if (line.x.shares_storage_with(x)) return copy_slices(line.x, line.dim, line.index, slices);
  x.copy_(restored(index_copy(line.x, static_cast<std::int64_t>(line.dim), line.index, slices),
                   line, x));
}

}  // namespace tapegrad
