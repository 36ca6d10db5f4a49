// What ONNX takes and puts at places that tensors give.
#include "onnx/importer.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad::onnx {
namespace {

/// Places from the end are negative.
Tensor from_start(const Tensor& index, std::int64_t n) {
  const Tensor places = index.to(int64);
  return where(places < 0, places + n, places);
}

/// x's slices along `axis`, in the shape of the indices in the place of the dimension.
Tensors gather_of(const Ask& ask) {
  const Tensor& x = ask.x(0);
  const Tensor& index = ask.x(1);
  const std::int64_t axis = ask.axis(0);
  const Tensor places = from_start(index, x.size(axis)).reshape({index.numel()});
  Shape shape;
  for (std::int64_t d = 0; d < x.dim(); ++d) {
    if (d != axis) {
      shape.push_back(x.size(d));
      continue;
    }
    for (const std::int64_t size : index.shape()) shape.push_back(size);
  }
  return {index_select(x, axis, places).reshape(shape)};
}

Tensors gather_elements(const Ask& ask) {
  const std::int64_t axis = ask.axis(0);
  return {gather(ask.x(0), axis, from_start(ask.x(1), ask.x(0).size(axis)))};
}

Tensors scatter_elements(const Ask& ask) {
  const std::int64_t axis = ask.axis(0);
  const Tensor& x = ask.x(0);
  const Tensor index = from_start(ask.x(1), x.size(axis));
  const std::string how = ask.text("reduction", "none");
  if (how == "none") return {scatter(x, axis, index, ask.x(2))};
  const std::string_view ours = how == "add"   ? "sum"
                                : how == "mul" ? "prod"
                                : how == "max" ? "amax"
                                               : "amin";
  return {scatter_reduce(x, axis, index, ask.x(2), ours)};
}

/// x's part at each row of `index`, whose last dimension counts x's first ones: their places as
/// one.
Tensor places_of_rows(const Ask& ask, const Tensor& x, const Tensor& index, std::int64_t depth) {
  Tensor place =
      zeros(Dims(std::span(index.shape().begin(), index.shape().end() - 1)), {.dtype = int64});
  for (std::int64_t d = 0; d < depth; ++d) {
    if (d >= x.dim()) ask.refuse("there are more places than dimensions");
    place = place * x.size(d) + from_start(index.select(-1, d), x.size(d));
  }
  return place.reshape({-1});
}

/// What one row of the indices names: the dimensions behind those that it counts.
Shape part_of(const Tensor& x, std::int64_t depth) {
  return Dims(std::span(x.shape().begin() + depth, x.shape().end()));
}

Shape joined(std::int64_t first, const Shape& rest) {
  Shape shape{first};
  for (const std::int64_t size : rest) shape.push_back(size);
  return shape;
}

Tensors gather_nd(const Ask& ask) {
  const Tensor& x = ask.x(0);
  const Tensor& index = ask.x(1);
  if (ask.integer("batch_dims", 0) != 0) ask.refuse("batch_dims are not supported");
  if (index.dim() == 0 || index.size(-1) > x.dim()) ask.refuse("the indices don't fit the shape");
  const std::int64_t depth = index.size(-1);
  const Shape part = part_of(x, depth);
  const Tensor rows =
      index_select(x.reshape(joined(-1, part)), 0, places_of_rows(ask, x, index, depth));
  Shape shape(std::span(index.shape().begin(), index.shape().end() - 1));
  for (const std::int64_t size : part) shape.push_back(size);
  return {rows.reshape(shape)};
}

Tensors scatter_nd(const Ask& ask) {
  const Tensor& x = ask.x(0);
  const Tensor& index = ask.x(1);
  if (index.dim() == 0 || index.size(-1) > x.dim()) ask.refuse("the indices don't fit the shape");
  const std::int64_t depth = index.size(-1);
  const Shape part = part_of(x, depth);
  const Tensor rows = x.reshape(joined(-1, part));
  const Tensor places = places_of_rows(ask, x, index, depth);
  const Tensor source = ask.x(2).reshape(joined(places.numel(), part));
  const std::string how = ask.text("reduction", "none");
  if (how == "none") return {index_copy(rows, 0, places, source).reshape(x.shape())};
  if (how == "add") return {index_add(rows, 0, places, source).reshape(x.shape())};
  ask.refuse(fmt::format("reduction \"{}\" is not supported", how));
}

Tensors non_zero(const Ask& ask) { return {nonzero(ask.x()).transpose(0, 1).contiguous()}; }

Tensors one_hot_of(const Ask& ask) {
  const std::int64_t depth = ask.scalar(1).to<std::int64_t>();
  const Tensor places = from_start(ask.x(0), depth).unsqueeze(-1);
  const Tensor values = ask.x(2);
  const Tensor is = places == arange(depth);
  const Tensor y = where(is, values[1], values[0]);
  const std::int64_t axis = ask.integer("axis", -1);
  return {movedim(y, {-1}, {axis})};
}

Tensors eye_like(const Ask& ask) {
  const Tensor& x = ask.x();
  if (x.dim() != 2) ask.refuse("it needs a matrix");
  const std::optional<DType> dtype =
      proto::type_of_number(ask.integer("dtype", proto::type_number(x.dtype())));
  if (!dtype) ask.refuse("its type isn't supported");
  const Tensor rows = arange(x.size(0)).unsqueeze(1) + ask.integer("k", 0);
  return {(rows == arange(x.size(1))).to(*dtype)};
}

}  // namespace

void add_index_operators(Operators& all) {
  all["Gather"] = gather_of;
  all["GatherElements"] = gather_elements;
  all["ScatterElements"] = scatter_elements;
  all["GatherND"] = gather_nd;
  all["ScatterND"] = scatter_nd;
  all["NonZero"] = non_zero;
  all["OneHot"] = one_hot_of;
  all["EyeLike"] = eye_like;
}

}  // namespace tapegrad::onnx
