// Matrix products, convolutions, pools and norms in ONNX.
#include <algorithm>

#include "core/check.hpp"
#include "core/unknown.hpp"
#include "onnx/exporter.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad::onnx {
namespace {

using proto::Integers;

Values matmul(Exporter& to, const Call& call) {
  return {to.node(
      "MatMul", {to.value(call.inputs[0], call.dtype()), to.value(call.inputs[1], call.dtype())})};
}

/// x Wᵀ + b.
Values linear(Exporter& to, const Call& call) {
  const std::string x = to.value(call.inputs[0]);
  const std::string w = to.value(call.inputs[1]);
  const std::string b = call.inputs.size() > 2 ? to.value(call.inputs[2]) : std::string();
  if (call.inputs[0].dim() == 2) return {to.node("Gemm", {x, w, b}, {{"transB", std::int64_t{1}}})};
  const std::string turned = to.node("Transpose", {w}, {{"perm", Integers{1, 0}}});
  const std::string y = to.node("MatMul", {x, turned});
  return {b.empty() ? y : to.node("Add", {y, b})};
}

/// Paddings before and behind, as ONNX lists them.
Integers twice(Integers list) {
  list.insert(list.end(), list.begin(), list.end());
  return list;
}

/// With a dimension for images, where x is a single one.
struct Images {
  std::string x;
  bool single;
};

Images images(Exporter& to, const Call& call, std::size_t rank) {
  const std::string x = to.value(call.inputs[0]);
  const bool single = call.shape(0).size() == rank + 1;
  return {single ? to.node("Unsqueeze", {x, to.integers({0})}) : x, single};
}

std::string without_images(Exporter& to, const Images& from, const std::string& y) {
  return from.single ? to.node("Squeeze", {y, to.integers({0})}) : y;
}

void check_known_planes(const Call& call, std::size_t rank) {
  for (const Tensor& x : {call.inputs[0], call.outputs[0]}) {
    const Shape& shape = x.shape();
    check<Error>(
        std::none_of(shape.end() - static_cast<std::ptrdiff_t>(rank), shape.end(), is_unknown),
        "onnx: {} of images of unknown size", call.operation);
  }
}

std::vector<proto::Attribute> moves(const Call& call, const Integers& pads) {
  return {{"strides", call.integers("stride")},
          {"pads", pads},
          {"dilations", call.integers("dilation")},
          {"group", call.integer("groups")}};
}

/// As much behind as before, or more where the result, padded to be as large as x, needs it.
Integers conv_pads(const Call& call) {
  const Integers before = call.integers("padding");
  Integers pads = twice(before);
  for (std::size_t d = 0; d < before.size(); ++d) {
    const std::int64_t in = call.shape(0)[d + 2];
    const std::int64_t out = call.outputs[0].shape()[d + 2];
    if (is_unknown(in)) continue;
    const std::int64_t reach = call.integers("dilation")[d] * (call.shape(1)[d + 2] - 1) + 1;
    const std::int64_t last = (out - 1) * call.integers("stride")[d] + reach;
    pads[before.size() + d] = std::max(before[d], last - in - before[d]);
  }
  return pads;
}

Values conv(Exporter& to, const Call& call) {
  return {to.node("Conv",
                  {to.value(call.inputs[0]), to.value(call.inputs[1]),
                   call.inputs.size() > 2 ? to.value(call.inputs[2]) : std::string()},
                  moves(call, conv_pads(call)))};
}

Values conv_transpose(Exporter& to, const Call& call) {
  const Integers stride = call.integers("stride");
  const Integers padding = call.integers("padding");
  const Integers dilation = call.integers("dilation");
  check_known_planes(call, stride.size());
  Integers more;
  for (std::size_t d = 0; d < stride.size(); ++d) {
    const std::int64_t in = call.shape(0)[d + 2];
    const std::int64_t reach = dilation[d] * (call.shape(1)[d + 2] - 1) + 1;
    more.push_back(call.outputs[0].shape()[d + 2] -
                   ((in - 1) * stride[d] - 2 * padding[d] + reach));
  }
  std::vector<proto::Attribute> attributes = moves(call, twice(padding));
  attributes.push_back({"output_padding", more});
  return {to.node("ConvTranspose",
                  {to.value(call.inputs[0]), to.value(call.inputs[1]),
                   call.inputs.size() > 2 ? to.value(call.inputs[2]) : std::string()},
                  std::move(attributes))};
}

/// Windows that divide a plane evenly, or none.
std::optional<Integers> even_windows(const Call& call, const Integers& out) {
  Integers windows;
  const Shape& shape = call.shape(0);
  for (std::size_t d = 0; d < out.size(); ++d) {
    const std::int64_t in = shape[shape.size() - out.size() + d];
    if (in % out[d] != 0) return {};
    windows.push_back(in / out[d]);
  }
  return windows;
}

/// Windows that reach beyond what is padded.
bool is_ceiled(const Call& call, const Integers& kernel) {
  const Integers stride = call.integers("stride");
  const Integers padding = call.integers("padding");
  const Integers dilation = call.integers("dilation");
  const std::size_t first = call.shape(0).size() - kernel.size();
  for (std::size_t d = 0; d < kernel.size(); ++d) {
    const std::int64_t last = (call.outputs[0].shape()[first + d] - 1) * stride[d];
    const std::int64_t reach = last + dilation[d] * (kernel[d] - 1) + 1;
    if (reach > call.shape(0)[first + d] + 2 * padding[d]) return true;
  }
  return false;
}

template <bool largest>
Values pool(Exporter& to, const Call& call) {
  const std::string type = largest ? "MaxPool" : "AveragePool";
  const Integers sizes = call.integers(call.find("output_size") ? "output_size" : "kernel_size");
  const Images x = images(to, call, sizes.size());
  check_known_planes(call, sizes.size());
  if (call.find("output_size")) {
    const std::optional<Integers> windows = even_windows(call, sizes);
    check<Error>(
        windows.has_value(),
        "onnx: {} of shape {} to {}: its windows are not of one size, which no operator has",
        call.operation, call.shape(0), call.outputs[0].shape());
    return {without_images(
        to, x, to.node(type, {x.x}, {{"kernel_shape", *windows}, {"strides", *windows}}))};
  }
  const bool ceiled = is_ceiled(call, sizes);
  std::vector<proto::Attribute> attributes{{"kernel_shape", sizes},
                                           {"strides", call.integers("stride")},
                                           {"pads", twice(call.integers("padding"))},
                                           {"ceil_mode", std::int64_t{ceiled}}};
  if (largest) {
    attributes.push_back({"dilations", call.integers("dilation")});
    return {without_images(to, x, to.node(type, {x.x}, std::move(attributes)))};
  }
  const double divisor = call.find("divisor") ? call.real("divisor") : 0;
  const bool zeros = call.flag("count_include_pad") || divisor != 0;
  check<Error>(!ceiled || !zeros,
               "onnx: avg_pool with ceil_mode that counts zeros: runtimes count them differently");
  attributes.push_back({"count_include_pad", std::int64_t{zeros}});
  std::string y = to.node(type, {x.x}, std::move(attributes));
  if (divisor != 0) {
    double count = 1;
    for (const std::int64_t size : sizes) count *= static_cast<double>(size);
    y = to.node("Mul", {y, to.number(count / divisor, call.dtype())});
  }
  return {without_images(to, x, y)};
}

/// The last dimensions that hold `length` elements.
std::int64_t first_of_row(const Shape& shape, std::int64_t length) {
  std::int64_t dim = static_cast<std::int64_t>(shape.size());
  for (std::int64_t elements = 1; elements < length && dim > 0;) {
    elements *= shape[static_cast<std::size_t>(--dim)];
  }
  return dim;
}

// A norm has its moments as another result, which no operator asks for.

Values layer_norm(Exporter& to, const Call& call) {
  const std::int64_t axis = first_of_row(call.shape(0), call.integer("length"));
  const Shape& shape = call.shape(0);
  const Tensor& weight = call.inputs[1];
  const std::string scale =
      weight.defined() ? to.value(weight)
                       : to.constant(ones(Dims(std::span(shape.begin() + axis, shape.end())),
                                          {.dtype = call.dtype()}));
  return {to.node("LayerNormalization", {to.value(call.inputs[0]), scale, to.value(call.inputs[2])},
                  {{"axis", axis}, {"epsilon", call.real("eps")}}),
          ""};
}

Values rms_norm(Exporter& to, const Call& call) {
  const DType dtype = call.dtype();
  Integers axes;
  const auto rank = static_cast<std::int64_t>(call.shape(0).size());
  for (std::int64_t d = first_of_row(call.shape(0), call.integer("length")); d < rank; ++d) {
    axes.push_back(d);
  }
  const std::string x = to.value(call.inputs[0]);
  const std::string mean = to.node("ReduceMean", {to.node("Mul", {x, x})}, {{"axes", axes}});
  const std::string root =
      to.node("Sqrt", {to.node("Add", {mean, to.number(call.real("eps"), dtype)})});
  const std::string y = to.node("Div", {x, root});
  return {call.inputs[1].defined() ? to.node("Mul", {y, to.value(call.inputs[1])}) : y, ""};
}

/// [channels] as it broadcasts to x.
std::string for_channels(Exporter& to, const std::string& x, std::size_t rank) {
  Integers shape(rank - 1, 1);
  shape[0] = -1;
  return to.node("Reshape", {x, to.integers(shape)});
}

Values group_norm(Exporter& to, const Call& call) {
  const DType dtype = call.dtype();
  const Shape& shape = call.shape(0);
  const std::int64_t groups = call.integer("groups");
  const std::string flat =
      to.node("Reshape", {to.value(call.inputs[0]), to.integers({0, groups, -1})});
  std::string y = to.node("InstanceNormalization",
                          {flat, to.constant(ones({groups}, {.dtype = dtype})),
                           to.constant(zeros({groups}, {.dtype = dtype}))},
                          {{"epsilon", call.real("eps")}});
  y = to.reshaped(y, shape);
  if (call.inputs[1].defined()) {
    y = to.node("Mul", {y, for_channels(to, to.value(call.inputs[1]), shape.size())});
  }
  if (call.inputs[2].defined()) {
    y = to.node("Add", {y, for_channels(to, to.value(call.inputs[2]), shape.size())});
  }
  return {y, ""};
}

}  // namespace

void add_layer_rules(Rules& rules) {
  rules["matmul"] = matmul;
  rules["linear"] = linear;
  rules["conv"] = conv;
  rules["conv_transpose"] = conv_transpose;
  rules["max_pool"] = pool<true>;
  rules["avg_pool"] = pool<false>;
  rules["layer_norm"] = layer_norm;
  rules["rms_norm"] = rms_norm;
  rules["group_norm"] = group_norm;
}

}  // namespace tapegrad::onnx
