// Bounds, masks and conversions in ONNX.
#include <limits>

#include "onnx/exporter.hpp"

namespace tapegrad::onnx {
namespace {

/// ONNX's Clip between `low` and `high`, either of which may be missing.
Values clip(Exporter& to, const Call& call) {
  const auto bound = [&](std::string_view name) {
    const double number = call.real(name);
    const bool none =
        std::abs(number) == std::numeric_limits<double>::infinity() || number != number;
    return none ? std::string() : to.number(number, call.dtype());
  };
  const std::string low = bound("low");
  const std::string high = bound("high");
  return {to.node("Clip", {to.value(call.inputs[0], call.dtype()), low, high})};
}

Values where(Exporter& to, const Call& call) {
  const std::string chooses = to.value(call.inputs[0]);
  const std::string x = to.value(call.inputs[1], call.dtype());
  if (call.inputs.size() == 3) {
    return {to.node("Where", {chooses, x, to.value(call.inputs[2], call.dtype())})};
  }
  if (call.find("first")) {
    return {to.node("Where", {chooses, to.number(call.real("first"), call.dtype()), x})};
  }
  return {to.node("Where", {chooses, x, to.number(call.real("other"), call.dtype())})};
}

Values masked_fill(Exporter& to, const Call& call) {
  return {to.node("Where", {to.value(call.inputs[1]), to.number(call.real("value"), call.dtype()),
                            to.value(call.inputs[0])})};
}

Values nan_to_num(Exporter& to, const Call& call) {
  const DType dtype = call.dtype();
  std::string x = to.value(call.inputs[0], dtype);
  const auto put = [&](const std::string& mask, std::string_view name) {
    x = to.node("Where", {mask, to.number(call.real(name), dtype), x});
  };
  const std::string above = to.node("IsInf", {x}, {{"detect_negative", std::int64_t{0}}});
  const std::string below = to.node("IsInf", {x}, {{"detect_positive", std::int64_t{0}}});
  put(to.node("IsNaN", {x}), "nan");
  put(above, "posinf");
  put(below, "neginf");
  return {x};
}

Values convert(Exporter& to, const Call& call) { return {to.value(call.inputs[0], call.dtype())}; }

/// Elements in an own memory are an idea that ONNX doesn't have.
Values same(Exporter& to, const Call& call) { return {to.value(call.inputs[0])}; }

Values full(Exporter& to, const Call& call) {
  const std::string value = to.number(call.real("value"), call.dtype());
  if (call.outputs[0].shape().empty()) return {value};
  return {to.node("Expand", {value, to.sizes(call.outputs[0].shape())})};
}

}  // namespace

void add_choice_rules(Rules& rules) {
  rules["clamp"] = clip;
  rules["hardtanh"] = clip;
  rules["where"] = where;
  rules["masked_fill"] = masked_fill;
  rules["nan_to_num"] = nan_to_num;
  rules["to"] = convert;
  rules["to_integer"] = convert;
  rules["detach"] = same;
  rules["full"] = full;
}

}  // namespace tapegrad::onnx
