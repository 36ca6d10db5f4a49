// Operations along dimensions in ONNX.
#include <cmath>

#include "core/check.hpp"
#include "onnx/exporter.hpp"

namespace tapegrad::onnx {
namespace {

std::int64_t kept(const Call& call) { return call.flag("keepdim") ? 1 : 0; }

/// By an operator that has the dimensions as an attribute.
std::string reduced(Exporter& to, const Call& call, std::string_view type, const std::string& x,
                    std::int64_t keep) {
  if (call.inputs[0].dim() == 0) return x;
  return to.node(type, {x}, {{"axes", call.integers("dims")}, {"keepdims", keep}});
}

std::string summed(Exporter& to, const Call& call, const std::string& x, std::int64_t keep) {
  if (call.inputs[0].dim() == 0) return x;
  return to.node("ReduceSum", {x, to.integers(call.integers("dims"))}, {{"keepdims", keep}});
}

Values sum(Exporter& to, const Call& call) {
  return {summed(to, call, to.value(call.inputs[0], call.dtype()), kept(call))};
}

Values by_attribute(Exporter& to, const Call& call, std::string_view type) {
  return {reduced(to, call, type, to.value(call.inputs[0], call.dtype()), kept(call))};
}

Values norm(Exporter& to, const Call& call) {
  const DType dtype = call.dtype();
  const std::string x = to.value(call.inputs[0], dtype);
  const double p = call.real("p");
  if (p == 1 || p == 2) {
    return {reduced(to, call, p == 1 ? "ReduceL1" : "ReduceL2", x, kept(call))};
  }
  const std::string powers = to.node("Pow", {to.node("Abs", {x}), to.number(p, dtype)});
  return {to.node("Pow", {summed(to, call, powers, kept(call)), to.number(1 / p, dtype)})};
}

Values cdist(Exporter& to, const Call& call) {
  const std::string a = to.node("Unsqueeze", {to.value(call.inputs[0]), to.integers({-2})});
  const std::string b = to.node("Unsqueeze", {to.value(call.inputs[1]), to.integers({-3})});
  return {to.node("ReduceL2", {to.node("Sub", {a, b})},
                  {{"axes", proto::Integers{-1}}, {"keepdims", std::int64_t{0}}})};
}

/// Variance and deviation, and with them, where it is asked for, the mean.
Values spread(Exporter& to, const Call& call) {
  const DType dtype = call.dtype();
  const std::string x = to.value(call.inputs[0], dtype);
  const std::string d = to.node("Sub", {x, reduced(to, call, "ReduceMean", x, 1)});
  const std::string squares = to.node("Mul", {d, d});
  double count = 1;
  for (const std::int64_t dim : call.integers("dims")) {
    count *= static_cast<double>(call.shape(0)[static_cast<std::size_t>(dim)]);
  }
  const double correction = call.real("correction");
  // The count as the sizes say it, known or not, less the correction.
  std::string y = reduced(to, call, "ReduceMean", squares, kept(call));
  if (correction != 0) {
    check<Error>(count < 1e7, "onnx: {} over an unknown size needs correction 0", call.operation);
    y = to.node("Mul", {y, to.number(count / (count - correction), dtype)});
  }
  if (call.operation.substr(0, 3) == "std") y = to.node("Sqrt", {y});
  if (call.outputs.size() == 1) return {y};
  return {y, reduced(to, call, "ReduceMean", x, kept(call))};
}

template <bool with_log>
Values softmax(Exporter& to, const Call& call) {
  return {to.node(with_log ? "LogSoftmax" : "Softmax", {to.value(call.inputs[0], call.dtype())},
                  {{"axis", call.integer("dim")}})};
}

Values logsumexp(Exporter& to, const Call& call) {
  return {to.node("ReduceLogSumExp", {to.value(call.inputs[0], call.dtype())},
                  {{"axes", proto::Integers{call.integer("dim")}}, {"keepdims", std::int64_t{0}}})};
}

Values prod(Exporter& to, const Call& call) {
  return {to.node("ReduceProd", {to.value(call.inputs[0], call.dtype())},
                  {{"axes", proto::Integers{call.integer("dim")}}, {"keepdims", std::int64_t{0}}})};
}

template <bool largest>
Values place(Exporter& to, const Call& call) {
  return {to.node(largest ? "ArgMax" : "ArgMin", {to.value(call.inputs[0])},
                  {{"axis", call.integer("dim")}, {"keepdims", std::int64_t{0}}})};
}

Values cumsum(Exporter& to, const Call& call) {
  return {to.node("CumSum",
                  {to.value(call.inputs[0], call.dtype()), to.integers({call.integer("dim")})},
                  {{"reverse", std::int64_t{call.flag("reverse")}}})};
}

}  // namespace

void add_reduce_rules(Rules& rules) {
  rules["sum"] = sum;
  rules["mean"] = [](Exporter& to, const Call& call) {
    return by_attribute(to, call, "ReduceMean");
  };
  rules["amax"] = [](Exporter& to, const Call& call) {
    return by_attribute(to, call, "ReduceMax");
  };
  rules["amin"] = [](Exporter& to, const Call& call) {
    return by_attribute(to, call, "ReduceMin");
  };
  rules["prod"] = prod;
  rules["norm"] = norm;
  rules["cdist"] = cdist;
  for (const auto* name : {"var", "std", "var_mean", "std_mean"}) rules[name] = spread;
  rules["softmax"] = softmax<false>;
  rules["log_softmax"] = softmax<true>;
  rules["logsumexp"] = logsumexp;
  rules["argmax"] = place<true>;
  rules["argmin"] = place<false>;
  rules["cumsum"] = cumsum;
}

}  // namespace tapegrad::onnx
