// ONNX's activations.
#include "onnx/importer.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad::onnx {
namespace {

template <Tensor (*f)(const Tensor&)>
Tensors plain(const Ask& ask) {
  return {f(ask.x())};
}

/// Until opset 13 along all dimensions from `axis` on, as one.
template <Tensor (*f)(const Tensor&, AsDim)>
Tensors softmax_of(const Ask& ask) {
  const Tensor& x = ask.x();
  if (ask.opset >= 13) return {f(x, ask.axis(-1))};
  const std::int64_t axis = ask.axis(1);
  if (axis == ask.dim() - 1) return {f(x, axis)};
  return {f(x.flatten(axis), axis).reshape(x.shape())};
}

/// A 1 at the first of the largest.
Tensors hardmax(const Ask& ask) {
  const std::int64_t axis = ask.axis(-1);
  const Tensor place = argmax(ask.x(), axis, keepdim);
  Shape line(static_cast<std::size_t>(ask.dim()), 1);
  line[static_cast<std::size_t>(axis)] = ask.x().size(axis);
  return {(arange(ask.x().size(axis)).reshape(line) == place).to(ask.x().dtype())};
}

Tensors selu_of(const Ask& ask) {
  const double alpha = ask.number("alpha", 1.67326319217681884765625);
  const double gamma = ask.number("gamma", 1.05070102214813232421875);
  return {elu(ask.x(), alpha) * gamma};
}

/// The slopes broadcast to x from the right, or, in older files, are one for each channel.
Tensors prelu_of(const Ask& ask) {
  const Tensor& x = ask.x(0);
  Tensor slope = ask.x(1);
  if (ask.opset < 9 && slope.dim() == 1 && slope.numel() > 1) {
    Shape channels(x.shape().size() - 1, 1);
    channels[0] = slope.numel();
    slope = slope.reshape(channels);
  }
  return {where(x < 0, x * slope, x)};
}

Tensors shrink(const Ask& ask) {
  const double lambd = ask.number("lambd", 0.5);
  const double bias = ask.number("bias", 0);
  const Tensor& x = ask.x();
  return {where(x < -lambd, x + bias, where(x > lambd, x - bias, 0)).to(x.dtype())};
}

}  // namespace

void add_activation_operators(Operators& all) {
  all["Relu"] = plain<relu>;
  all["Sigmoid"] = plain<sigmoid>;
  all["Tanh"] = plain<tanh>;
  all["Softplus"] = plain<softplus>;
  all["Softsign"] = plain<softsign>;
  all["Mish"] = plain<mish>;
  all["HardSwish"] = plain<hardswish>;
  all["Softmax"] = softmax_of<softmax>;
  all["LogSoftmax"] = softmax_of<log_softmax>;
  all["Hardmax"] = hardmax;
  all["Elu"] = [](const Ask& ask) { return Tensors{elu(ask.x(), ask.number("alpha", 1))}; };
  all["Celu"] = [](const Ask& ask) { return Tensors{celu(ask.x(), ask.number("alpha", 1))}; };
  all["Selu"] = selu_of;
  all["PRelu"] = prelu_of;
  all["LeakyRelu"] = [](const Ask& ask) {
    return Tensors{leaky_relu(ask.x(), ask.number("alpha", 0.01))};
  };
  all["ThresholdedRelu"] = [](const Ask& ask) {
    return Tensors{where(ask.x() > ask.number("alpha", 1), ask.x(), 0)};
  };
  all["HardSigmoid"] = [](const Ask& ask) {
    return Tensors{clamp(ask.x() * ask.number("alpha", 0.2) + ask.number("beta", 0.5), 0, 1)};
  };
  all["Gelu"] = [](const Ask& ask) {
    return Tensors{gelu(ask.x(), ask.text("approximate", "none"))};
  };
  all["Shrink"] = shrink;
}

}  // namespace tapegrad::onnx
