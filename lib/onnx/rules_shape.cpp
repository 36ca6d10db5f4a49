// Views, joins and what moves elements in ONNX.
#include <limits>
#include <utility>

#include "core/check.hpp"
#include "onnx/exporter.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/session.hpp"

namespace tapegrad::onnx {
namespace {

std::string permuted(Exporter& to, const std::string& x, const proto::Integers& order) {
  return to.node("Transpose", {x}, {{"perm", order}});
}

Values view(Exporter& to, const Call& call) {
  const Shape& from = call.shape(0);
  const Shape& shape = call.outputs[0].shape();
  const std::string x = to.value(call.inputs[0]);
  return {from == shape ? x : to.reshaped(x, shape)};
}

Values permute(Exporter& to, const Call& call) {
  return {permuted(to, to.value(call.inputs[0]), call.integers("order"))};
}

Values transpose(Exporter& to, const Call& call) {
  proto::Integers order;
  for (std::int64_t d = 0; d < call.inputs[0].dim(); ++d) order.push_back(d);
  if (order.size() < 2) return {to.value(call.inputs[0])};
  std::swap(order[static_cast<std::size_t>(call.integer("a"))],
            order[static_cast<std::size_t>(call.integer("b"))]);
  return {permuted(to, to.value(call.inputs[0]), order)};
}

Values expand(Exporter& to, const Call& call) {
  return {to.node("Expand", {to.value(call.inputs[0]), to.sizes(call.outputs[0].shape())})};
}

Values select(Exporter& to, const Call& call) {
  const std::int64_t dim = call.integer("dim");
  const std::string index = to.number(static_cast<double>(call.integer("index")), int64);
  return {to.node("Gather", {to.value(call.inputs[0]), index}, {{"axis", dim}})};
}

/// From `start` on, to before `end`.
std::string sliced(Exporter& to, const std::string& x, std::int64_t dim, std::int64_t start,
                   std::int64_t end, std::int64_t step) {
  return to.node("Slice", {x, to.integers({start}), to.integers({end}), to.integers({dim}),
                           to.integers({step})});
}

Values slice(Exporter& to, const Call& call) {
  const std::int64_t dim = call.integer("dim");
  const std::int64_t start = call.integer("start");
  const std::int64_t step = call.integer("step");
  const std::int64_t size = call.shape(0)[static_cast<std::size_t>(dim)];
  const std::int64_t end = start + (call.integer("length") - 1) * step + 1;
  // To the end, however far that is.
  const bool whole = end + step > size;
  return {sliced(to, to.value(call.inputs[0]), dim, start,
                 whole ? std::numeric_limits<std::int64_t>::max() : end, step)};
}

Values flip(Exporter& to, const Call& call) {
  std::string x = to.value(call.inputs[0]);
  for (const std::int64_t dim : call.integers("dims")) {
    x = sliced(to, x, dim, -1, std::numeric_limits<std::int64_t>::min() + 1, -1);
  }
  return {x};
}

Values cat(Exporter& to, const Call& call) {
  Values parts;
  for (const Tensor& x : call.inputs) parts.push_back(to.value(x, call.dtype()));
  return {to.node("Concat", parts, {{"axis", call.integer("dim")}})};
}

Values stack(Exporter& to, const Call& call) {
  const std::string dim = to.integers({call.integer("dim")});
  Values parts;
  for (const Tensor& x : call.inputs) {
    parts.push_back(to.node("Unsqueeze", {to.value(x, call.dtype()), dim}));
  }
  return {to.node("Concat", parts, {{"axis", call.integer("dim")}})};
}

Values in_parts(Exporter& to, const Call& call, std::int64_t dim, const proto::Integers& sizes) {
  return to.nodes("Split", sizes.size(), {to.value(call.inputs[0]), to.integers(sizes)},
                  {{"axis", dim}});
}

Values split(Exporter& to, const Call& call) {
  const std::int64_t dim = call.integer("dim");
  proto::Integers sizes;
  for (const Tensor& part : call.outputs) {
    sizes.push_back(part.shape()[static_cast<std::size_t>(dim)]);
  }
  return in_parts(to, call, dim, sizes);
}

Values unbind(Exporter& to, const Call& call) {
  const std::int64_t dim = call.integer("dim");
  Values slices;
  for (const std::string& part : in_parts(to, call, dim, proto::Integers(call.outputs.size(), 1))) {
    slices.push_back(to.node("Squeeze", {part, to.integers({dim})}));
  }
  return slices;
}

/// A box of one number around x: pad() with a number.
Values box(Exporter& to, const Call& call) {
  const Tensor& around = call.inputs[0];
  const Shape& shape = around.shape();
  const Tensor filling = around.detach();
  check<Error>(
      !is_symbolic(around) && all(filling == filling.reshape({-1})[0]).item<bool>() &&
          call.integers("shape") == proto::Integers(call.shape(1).begin(), call.shape(1).end()),
      "onnx: {} of a tensor that isn't one number everywhere", call.operation);
  proto::Integers before, behind;
  std::int64_t offset = call.integer("offset"), stride = around.numel();
  for (std::size_t d = 0; d < shape.size(); ++d) {
    stride /= shape[d];
    check<Error>(call.shape(1)[d] == 1 || call.integers("strides")[d] == stride,
                 "onnx: {} of a part that is no box", call.operation);
    before.push_back(offset / stride);
    behind.push_back(shape[d] - call.shape(1)[d] - before.back());
    offset %= stride;
  }
  before.insert(before.end(), behind.begin(), behind.end());
  return {to.node("Pad", {to.value(call.inputs[1], call.dtype()), to.integers(before),
                          to.constant(filling.reshape({-1})[0])})};
}

template <bool upper>
Values triangle(Exporter& to, const Call& call) {
  const std::string k = to.number(static_cast<double>(call.integer("k")), int64);
  return {to.node("Trilu", {to.value(call.inputs[0]), k}, {{"upper", std::int64_t{upper}}})};
}

}  // namespace

void add_shape_rules(Rules& rules) {
  rules["view"] = view;
  rules["permute"] = permute;
  rules["transpose"] = transpose;
  rules["expand"] = expand;
  rules["select"] = select;
  rules["slice"] = slice;
  rules["flip"] = flip;
  rules["tril"] = triangle<false>;
  rules["triu"] = triangle<true>;
  rules["as_strided_scatter"] = box;
  rules["cat"] = cat;
  rules["stack"] = stack;
  rules["split"] = split;
  rules["unbind"] = unbind;
}

}  // namespace tapegrad::onnx
