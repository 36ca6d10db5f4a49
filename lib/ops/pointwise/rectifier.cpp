#include "tapegrad/ops/pointwise/rectifier.hpp"

#include "core/computed_with.hpp"
#include "core/speaking.hpp"
#include "ops/formulas.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

struct LeakyRelu : Unary<LeakyRelu> {
  static constexpr std::string_view name = "leaky_relu";
  static constexpr Needs keeps = save_inputs;
  double slope;
  explicit LeakyRelu(double below) : slope(below) {}
  void attributes(AttributeList& list) const { list("negative_slope", slope); }
  auto f(const auto& x) const { return where(x > constant(x, 0), x, constant(x, slope) * x); }
  auto pull(const auto& g, const auto& x, const auto&) const {
    return where(x > constant(x, 0), g, constant(g, slope) * g);
  }
};

/// scale x above 0, scale alpha (e^(rate x) - 1) elsewhere.
struct Elu : Unary<Elu> {
  static constexpr std::string_view name = "elu";
  static constexpr Needs keeps = save_inputs;
  double alpha;
  double scale;
  double rate;
  Elu(double a, double s, double r) : alpha(a), scale(s), rate(r) {}
  void attributes(AttributeList& list) const {
    list("alpha", alpha);
    list("scale", scale);
    list("input_scale", rate);
  }
  auto f(const auto& x) const {
    // e^v - 1 = 2 t / (1 - t) with t = tanh(v / 2), which has its digits for v <= 0.
    const auto t = tanh(constant(x, rate / 2) * x);
    const auto below = constant(x, 2 * scale * alpha) * (t / (1 - t));
    return where(x > constant(x, 0), constant(x, scale) * x, below);
  }
  auto pull(const auto& g, const auto& x, const auto&) const {
    const auto above = x > constant(x, 0);
    const auto below = where(above, constant(x, 0), x);
    const auto slope = constant(x, scale * alpha * rate) * exp(constant(x, rate) * below);
    return where(above, constant(g, scale) * g, g * slope);
  }
};

struct Hardtanh : Unary<Hardtanh> {
  static constexpr std::string_view name = "hardtanh";
  static constexpr Needs keeps = save_inputs;
  double low;
  double high;
  Hardtanh(double from, double to) : low(from), high(to) {}
  void attributes(AttributeList& list) const {
    list("low", low);
    list("high", high);
  }
  auto f(const auto& x) const { return minimum(maximum(x, constant(x, low)), constant(x, high)); }
  auto pull(const auto& g, const auto& x, const auto&) const {
    const auto zero = constant(g, 0);
    return where(x <= constant(x, low), zero, where(x >= constant(x, high), zero, g));
  }
};

void check_shrink(std::string_view operation, const Tensor& x, double lambda) {
  check_defined(operation, x);
  check<Error>(lambda >= 0, "{}: lambda is {}, but must not be negative", operation, lambda);
}

}  // namespace

Tensor leaky_relu(const Tensor& x, double negative_slope) {
  return apply(LeakyRelu(negative_slope), x);
}

Tensor prelu(const Tensor& x, const Tensor& weight) {
  check_defined("prelu", x, weight);
  const bool one = weight.numel() == 1;
  check<ShapeError>(weight.dim() <= 1 && (one || (x.dim() > 1 && weight.numel() == x.size(1))),
                    "prelu: a weight of shape {} beside x of shape {}; needs one number, or one "
                    "for each of dim 1",
                    weight.shape(), x.shape());
  std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
  if (!one) shape[1] = weight.numel();
  const ComputedWith guard({&x});
  const Tensor slope = weight.reshape(Shape(shape));
  const Tensor real = as_floating(x);
  const Tensor above = real > 0;
  // What isn't below 0 must not meet a gradient of 0 in a product: it may be infinite.
  return where(above, real, slope * where(above, 0, real));
}

Tensor elu(const Tensor& x, double alpha) { return apply(Elu(alpha, 1, 1), x); }

Tensor selu(const Tensor& x) {
  check_defined("selu", x);
  return apply(Elu(1.6732632423543772848, 1.0507009873554804934, 1), x);
}

Tensor celu(const Tensor& x, double alpha) {
  check_defined("celu", x, alpha);
  check<Error>(alpha != 0, "celu: alpha is 0, by which x is divided");
  return apply(Elu(alpha, 1, 1 / alpha), x);
}

Tensor threshold(const Tensor& x, Scalar threshold, Scalar value) {
  check_defined("threshold", x, threshold, value);
  return speaking_as("threshold", [&] { return where(x <= threshold, value, x); });
}

Tensor hardtanh(const Tensor& x, double low, double high) {
  check_defined("hardtanh", x, low, high);
  check<Error>(low <= high, "hardtanh: the limits are {} and {}; the first must not be larger", low,
               high);
  return apply(Hardtanh(low, high), x);
}

Tensor relu6(const Tensor& x) {
  check_defined("relu6", x);
  if (kind_of(x.dtype()) == 1) return clamp(x, 0, 6);
  return hardtanh(x, 0, 6);
}

Tensor hardsigmoid(const Tensor& x) {
  check_defined("hardsigmoid", x);
  return relu6(x + 3) / 6;
}

Tensor softshrink(const Tensor& x, double lambda) {
  check_shrink("softshrink", x, lambda);
  const Tensor real = as_floating(x);
  return speaking_as("softshrink", [&] {
    const Tensor towards = sign(real.detach()) * lambda;
    return where(abs(real.detach()) <= lambda, 0, real - towards);
  });
}

Tensor hardshrink(const Tensor& x, double lambda) {
  check_shrink("hardshrink", x, lambda);
  const Tensor real = as_floating(x);
  return where(abs(real.detach()) <= lambda, 0, real);
}

}  // namespace tapegrad
