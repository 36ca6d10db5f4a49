#include "tapegrad/ops/index/put.hpp"

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "core/speaking.hpp"
#include "kernels/copy.hpp"
#include "kernels/index.hpp"
#include "ops/elementwise.hpp"
#include "ops/in_place.hpp"
#include "ops/index/copy.hpp"
#include "ops/index/indices.hpp"
#include "ops/index/places.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad {

using kernels::ref;

namespace {

struct IndexCopy {
  static constexpr std::string_view name = "index_copy";
  static constexpr bool any_layout = true;
  static constexpr bool names_places = true;  // operands needn't broadcast
  static constexpr Needs saves(Needs) { return save_input(1); }
  std::size_t dim;
  void attributes(AttributeList& list) const { list("dim", dim); }
  static DType type_of(std::string_view, const Tensor& x, const Tensor&, const Tensor&) {
    return x.dtype();
  }
  Like result(const Tensor& x, const Tensor&, const Tensor&) const { return like(x); }
  void into(const Tensor& y, const Tensor& x, const Tensor& index, const Tensor& source) const {
    if (!y.is_same(x)) kernels::copy(ref(y), ref(x));
    kernels::index_copy(ref(y), ref(source), ref(index), dim);
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor index = s[1];
    const auto d = static_cast<std::int64_t>(dim);
    return {s.needs(0) ? index_fill(g, d, index, 0) : Tensor{}, Tensor{},
            s.needs(2) ? index_select(g, d, index) : Tensor{}};
  }
};

Tensor from_the_end(std::string_view operation, const Tensor& index, std::int64_t size) {
  const Tensor integers = integers_of(operation, index).detach();
  return tapegrad::where(integers < 0, integers + size, integers);
}

}  // namespace

void copy_slices(Tensor& x, std::size_t dim, const Tensor& index, const Tensor& source) {
  apply_in_place(IndexCopy{dim}, x, index, source);
}

Tensor index_copy(const Tensor& x, AsDim dim, const Tensor& index, const Tensor& source) {
  check_defined("index_copy", x, dim, index, source);
  const std::size_t d = wrap_line_dim("index_copy", dim, x.shape().size());
  check_slices("index_copy", x, index);
  check<DTypeError>(x.dtype() == source.dtype(), "index_copy: {} into {}; convert it with to()",
                    source.dtype(), x.dtype());
  Shape expected = x.shape();
  if (x.dim() > 0) expected[d] = index.numel();
  check<ShapeError>(source.shape() == expected,
                    "index_copy: {} slices along dim {} of shape {} need a source of shape {}: {}",
                    index.numel(), dim, x.shape(), expected, source.shape());
  if (x.dim() == 0) return index_copy(as_line(x), 0, index, as_line(source)).squeeze(0);
  return apply(IndexCopy{d}, x, checked_indices("index_copy", as_line(index), x, d), source);
}

Tensor index_fill(const Tensor& x, AsDim dim, const Tensor& index, Scalar value) {
  check_defined("index_fill", x, dim, index, value);
  const std::size_t d = wrap_line_dim("index_fill", dim, x.shape().size());
  check_slices("index_fill", x, index);
  const Tensor places = from_the_end("index_fill", index, x.dim() > 0 ? x.size(dim) : 1);
  checked_indices("index_fill", as_line(places), x, d);
  Shape shape = x.shape();
  if (x.dim() > 0) shape[d] = index.numel();
  return index_copy(x, dim, places, constant("index_fill", x.dtype(), value).expand(shape));
}

Tensor index_put(const Tensor& x, const std::vector<Tensor>& indices, const Tensor& values,
                 bool accumulate) {
  check_defined("index_put", x, indices, values, accumulate);
  check<DTypeError>(x.dtype() == values.dtype(), "index_put: {} into {}; convert it with to()",
                    values.dtype(), x.dtype());
  check<IndexError>(!indices.empty(), "index_put: the list has no index");
  Places places;
  for (const Tensor& index : indices) {
    const std::size_t dim = places.dims.size();
    check<IndexError>(dim < x.shape().size(),
                      "index_put: more indices than shape {} has dimensions", x.shape());
    places.add("index_put", x, dim, index);
  }
  return put("index_put", x, places, values, accumulate);
}

Tensor index_put(const Tensor& x, const std::vector<Tensor>& indices, Scalar value,
                 bool accumulate) {
  check_defined("index_put", x, indices, value, accumulate);
  return index_put(x, indices, constant("index_put", x.dtype(), value), accumulate);
}

Tensor take(const Tensor& x, const Tensor& index) {
  check_defined("take", x, index);
  Places places;
  const Tensor line = x.reshape({x.numel()});
  check<DTypeError>(index.dtype() != boolean, "take: the index is bool; use masked_select()");
  places.add("take", line, 0, index);
  return taken("take", line, places);
}

Tensor take_along_dim(const Tensor& x, const Tensor& index, AsDim dim) {
  check_defined("take_along_dim", x, index, dim);
  const std::size_t d = wrap_dim("take_along_dim", dim, x.shape().size());
  check<ShapeError>(index.dim() == x.dim(), "take_along_dim: an index of shape {} for shape {}",
                    index.shape(), x.shape());
  Shape one = x.shape();
  Shape of_index = index.shape();
  one[d] = of_index[d] = 1;
  Shape wide = broadcast_for("take_along_dim", one, of_index);
  Shape wide_index = wide;
  wide[d] = x.shape()[d];
  wide_index[d] = index.shape()[d];
  return speaking_as("take_along_dim", [&] {
    return gather(x.expand(wide), dim, from_the_end("take", index, wide[d]).expand(wide_index));
  });
}

}  // namespace tapegrad
