// ONNX's views, joins and what it makes of sizes.
#include <algorithm>
#include <limits>

#include "onnx/importer.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad::onnx {
namespace {

using proto::Integers;

Tensors list_of(Integers numbers) { return {Tensor::from_vector(std::move(numbers))}; }

Tensors shape_of(const Ask& ask) {
  const Shape& shape = ask.x().shape();
  const auto rank = static_cast<std::int64_t>(shape.size());
  const auto place = [&](std::string_view name, std::int64_t usual) {
    const std::int64_t given = ask.integer(name, usual);
    return std::clamp<std::int64_t>(given < 0 ? given + rank : given, 0, rank);
  };
  Integers sizes;
  for (std::int64_t d = place("start", 0); d < place("end", rank); ++d) {
    sizes.push_back(shape[static_cast<std::size_t>(d)]);
  }
  return list_of(sizes);
}

Tensors reshape(const Ask& ask) {
  const Tensor& x = ask.x();
  Integers sizes = ask.integers_or_input("shape", 1);
  const bool zeros = ask.integer("allowzero", 0) != 0;
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    if (sizes[d] != 0 || zeros) continue;
    if (d >= x.shape().size()) ask.refuse("a size is copied of a dimension that isn't there");
    sizes[d] = x.shape()[d];
  }
  return {x.reshape(Dims(sizes))};
}

Tensors flat(const Ask& ask) {
  const Tensor& x = ask.x();
  const std::int64_t given = ask.integer("axis", 1);
  const std::int64_t axis = given < 0 ? given + x.dim() : given;
  if (axis < 0 || axis > x.dim()) ask.refuse(fmt::format("axis is {}", given));
  std::int64_t rows = 1;
  for (std::int64_t d = 0; d < axis; ++d) rows *= x.size(d);
  return {x.reshape({rows, rows == 0 ? 0 : x.numel() / rows})};
}

Tensors squeeze(const Ask& ask) {
  const Tensor& x = ask.x();
  Integers axes = ask.integers_or_input("axes", 1);
  if (axes.empty() && !ask.has(1)) return {x.squeeze()};
  Shape shape;
  for (std::int64_t& axis : axes) axis += axis < 0 ? x.dim() : 0;
  for (std::int64_t d = 0; d < x.dim(); ++d) {
    const bool goes = std::ranges::count(axes, d) > 0;
    if (goes && x.size(d) != 1) ask.refuse(fmt::format("dimension {} of {}", d, x.shape()));
    if (!goes) shape.push_back(x.size(d));
  }
  return {x.reshape(shape)};
}

Tensors unsqueeze(const Ask& ask) {
  const Tensor& x = ask.x();
  Integers axes = ask.integers_or_input("axes", 1);
  const std::int64_t rank = x.dim() + static_cast<std::int64_t>(axes.size());
  for (std::int64_t& axis : axes) axis += axis < 0 ? rank : 0;
  Shape shape;
  for (std::int64_t d = 0, from = 0; d < rank; ++d) {
    const bool comes = std::ranges::count(axes, d) > 0;
    if (!comes && from == x.dim()) ask.refuse("the axes are not those of the result");
    shape.push_back(comes ? 1 : x.size(from++));
  }
  return {x.reshape(shape)};
}

Tensors transpose(const Ask& ask) {
  Integers order = ask.integers("perm");
  if (order.empty()) {
    for (std::int64_t d = ask.dim(); d-- > 0;) order.push_back(d);
  }
  return {ask.x().permute(Dims(order))};
}

Tensors concat(const Ask& ask) { return {cat(ask.inputs, ask.integer("axis", 1))}; }

Tensors split_of(const Ask& ask) {
  const std::int64_t axis = ask.axis(0);
  Integers sizes = ask.integers_or_input("split", 1);
  ask.find("num_outputs");  // they are listed as well
  const auto parts = static_cast<std::int64_t>(ask.node.outputs.size());
  if (sizes.empty()) {
    const std::int64_t all = ask.x().size(axis);
    const std::int64_t each = (all + parts - 1) / parts;
    for (std::int64_t at = 0; at < parts; ++at) {
      sizes.push_back(std::clamp<std::int64_t>(all - at * each, 0, each));
    }
  }
  return split(ask.x(), sizes, axis);
}

/// One dimension of a Slice: the ends lie within it, or outside.
Tensor sliced(const Tensor& x, std::int64_t dim, std::int64_t start, std::int64_t end,
              std::int64_t step) {
  const std::int64_t n = x.size(dim);
  const auto within = [&](std::int64_t at, std::int64_t low, std::int64_t high) {
    return std::clamp(at < 0 ? at + n : at, low, high);
  };
  if (step > 0) {
    const std::int64_t from = within(start, 0, n);
    return x.slice(dim, from, std::max(from, within(end, 0, n)), step);
  }
  // From the end: the same of the flipped dimension.
  const std::int64_t from = n - 1 - within(start, -1, n - 1);
  const bool whole = end < -n;
  const std::int64_t to = n - 1 - (whole ? -1 : within(end, -1, n - 1));
  return flip(x, {dim}).slice(dim, from, std::max(from, to), -step);
}

Tensors slice(const Ask& ask) {
  Tensor x = ask.x();
  const Integers starts = ask.integers_or_input("starts", 1);
  const Integers ends = ask.integers_or_input("ends", 2);
  Integers axes = ask.integers_or_input("axes", 3);
  for (std::size_t i = axes.size(); i < starts.size() && !ask.has(3); ++i) {
    axes.push_back(static_cast<std::int64_t>(i));
  }
  const Integers steps = ask.has(4) ? ask.told(4) : Integers(starts.size(), 1);
  if (ends.size() != starts.size() || axes.size() != starts.size() ||
      steps.size() != starts.size()) {
    ask.refuse("starts, ends, axes and steps are not equally many");
  }
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::int64_t dim = axes[i] < 0 ? axes[i] + x.dim() : axes[i];
    if (dim < 0 || dim >= x.dim() || steps[i] == 0) ask.refuse("an axis or a step is out of range");
    x = sliced(x, dim, starts[i], ends[i], steps[i]);
  }
  return {x};
}

Tensors expand(const Ask& ask) {
  const Integers wanted = ask.told(1);
  const Tensor& x = ask.x();
  // Sizes of 1 are x's own, and missing ones as well.
  Shape shape(std::max(wanted.size(), x.shape().size()), 1);
  for (std::size_t d = 0; d < shape.size(); ++d) {
    const std::size_t back = shape.size() - d;
    if (back <= wanted.size()) shape[d] = wanted[wanted.size() - back];
    if (back <= x.shape().size() && shape[d] == 1) shape[d] = x.shape()[x.shape().size() - back];
  }
  return {x.expand(shape)};
}

Tensors tiled(const Ask& ask) { return {tile(ask.x(), Dims(ask.told(1)))}; }

Tensors padded(const Ask& ask) {
  const Tensor& x = ask.x();
  const Integers pads = ask.integers_or_input("pads", 1);
  Integers axes;
  if (ask.has(3)) axes = ask.told(3);
  for (std::int64_t d = 0; d < x.dim() && !ask.has(3); ++d) axes.push_back(d);
  if (pads.size() != 2 * axes.size()) ask.refuse("there must be two pads for each dimension");
  // From the last dimension on: before, behind.
  Integers widths(2 * static_cast<std::size_t>(x.dim()), 0);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::int64_t d = axes[i] < 0 ? axes[i] + x.dim() : axes[i];
    if (d < 0 || d >= x.dim()) ask.refuse("an axis is out of range");
    const auto at = 2 * static_cast<std::size_t>(x.dim() - 1 - d);
    widths[at] = pads[i];
    widths[at + 1] = pads[i + axes.size()];
  }
  const std::string mode = ask.text("mode", "constant");
  if (mode == "constant") {
    if (ask.has(2)) return {pad(x, widths, ask.scalar(2))};
    return {pad(x, widths, ask.number("value", 0))};
  }
  while (!widths.empty() && widths[widths.size() - 1] == 0 && widths[widths.size() - 2] == 0) {
    widths.resize(widths.size() - 2);
  }
  const PadMode how = mode == "reflect" ? PadMode::reflect
                      : mode == "edge"  ? PadMode::replicate
                                        : PadMode::circular;
  return {widths.empty() ? x : pad(x, widths, how)};
}

/// Which of the kinds of a constant it is.
Tensors constant(const Ask& ask) {
  for (const proto::Attribute& one : ask.node.attributes) {
    ask.known.push_back(one.name);
    if (const auto* x = std::get_if<Tensor>(&one.value)) return {*x};
    if (const auto* i = std::get_if<std::int64_t>(&one.value))
      return {full({}, *i, {.dtype = int64})};
    if (const auto* f = std::get_if<double>(&one.value)) return {full({}, *f)};
    if (const auto* is = std::get_if<Integers>(&one.value)) return list_of(*is);
    if (const auto* fs = std::get_if<proto::Numbers>(&one.value)) {
      return {Tensor::from_vector(proto::Numbers(*fs)).to(float32)};
    }
  }
  ask.refuse("it has no value that is supported");
}

Tensors constant_of_shape(const Ask& ask) {
  const Shape shape{Dims(ask.told(0))};
  const proto::Attribute* value = ask.find("value");
  if (!value) return {zeros(shape)};
  const auto* x = std::get_if<Tensor>(&value->value);
  if (!x || x->numel() != 1) ask.refuse("its value must be a tensor of one element");
  return {x->reshape({}).expand(shape)};
}

Tensors range(const Ask& ask) {
  const Tensor& start = ask.x(0);
  return {arange(ask.scalar(0), ask.scalar(1), ask.scalar(2), {.dtype = start.dtype()})};
}

Tensors size_of_all(const Ask& ask) { return {full({}, ask.x().numel(), {.dtype = int64})}; }

Tensors triangle(const Ask& ask) {
  const std::int64_t k = ask.has(1) ? ask.told(1).at(0) : 0;
  return {ask.integer("upper", 1) != 0 ? triu(ask.x(), k) : tril(ask.x(), k)};
}

/// [n, c, h, w] in blocks of channels (DCR) or of places first (CRD).
Tensors depth_to_space(const Ask& ask) {
  const std::int64_t b = ask.integer("blocksize", 1);
  const Tensor& x = ask.x();
  if (x.dim() != 4 || b < 1 || x.size(1) % (b * b) != 0)
    ask.refuse("blocks don't fit the channels");
  const std::int64_t n = x.size(0), c = x.size(1) / (b * b), h = x.size(2), w = x.size(3);
  const bool by_channel = ask.text("mode", "DCR") == "CRD";
  const Tensor apart = by_channel ? x.reshape({n, c, b, b, h, w}).permute({0, 1, 4, 2, 5, 3})
                                  : x.reshape({n, b, b, c, h, w}).permute({0, 3, 4, 1, 5, 2});
  return {apart.reshape({n, c, h * b, w * b})};
}

Tensors space_to_depth(const Ask& ask) {
  const std::int64_t b = ask.integer("blocksize", 1);
  const Tensor& x = ask.x();
  if (x.dim() != 4 || b < 1 || x.size(2) % b != 0 || x.size(3) % b != 0) {
    ask.refuse("blocks don't fit the image");
  }
  const std::int64_t n = x.size(0), c = x.size(1), h = x.size(2) / b, w = x.size(3) / b;
  return {x.reshape({n, c, h, b, w, b}).permute({0, 3, 5, 1, 2, 4}).reshape({n, c * b * b, h, w})};
}

}  // namespace

void add_shape_operators(Operators& all) {
  all["Shape"] = shape_of;
  all["Size"] = size_of_all;
  all["Reshape"] = reshape;
  all["Flatten"] = flat;
  all["Squeeze"] = squeeze;
  all["Unsqueeze"] = unsqueeze;
  all["Transpose"] = transpose;
  all["Concat"] = concat;
  all["Split"] = split_of;
  all["Slice"] = slice;
  all["Expand"] = expand;
  all["Tile"] = tiled;
  all["Pad"] = padded;
  all["Constant"] = constant;
  all["ConstantOfShape"] = constant_of_shape;
  all["Range"] = range;
  all["Trilu"] = triangle;
  all["DepthToSpace"] = depth_to_space;
  all["SpaceToDepth"] = space_to_depth;
}

}  // namespace tapegrad::onnx
