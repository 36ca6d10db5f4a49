// Losses of pairs of numbers in ONNX.
#include "onnx/exporter.hpp"

namespace tapegrad::onnx {
namespace {

/// `each` gives the losses of the differences.
Values of_pairs(Exporter& to, const Call& call, const auto& each) {
  const DType dtype = call.dtype();
  const std::string loss = each(
      to.node("Sub", {to.value(call.inputs[0], dtype), to.value(call.inputs[1], dtype)}), dtype);
  const std::string& reduction = call.text("reduction");
  if (reduction == "none") return {loss};
  return {to.node(reduction == "mean" ? "ReduceMean" : "ReduceSum", {loss},
                  {{"keepdims", std::int64_t{0}}})};
}

Values mse_loss(Exporter& to, const Call& call) {
  return of_pairs(to, call, [&](const std::string& d, DType) { return to.node("Mul", {d, d}); });
}

Values l1_loss(Exporter& to, const Call& call) {
  return of_pairs(to, call, [&](const std::string& d, DType) { return to.node("Abs", {d}); });
}

Values huber_loss(Exporter& to, const Call& call) {
  return of_pairs(to, call, [&](const std::string& d, DType dtype) {
    const double delta = call.real("delta");
    const std::string c = to.node("Clip", {d, to.number(-delta, dtype), to.number(delta, dtype)});
    return to.node("Mul", {c, to.node("Sub", {d, to.node("Mul", {c, to.number(0.5, dtype)})})});
  });
}

}  // namespace

void add_loss_rules(Rules& rules) {
  rules["mse_loss"] = mse_loss;
  rules["l1_loss"] = l1_loss;
  rules["huber_loss"] = huber_loss;
}

}  // namespace tapegrad::onnx
