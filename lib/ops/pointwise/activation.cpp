#include "tapegrad/ops/pointwise/activation.hpp"

#include "ops/elementwise.hpp"
#include "ops/formulas.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

// The derivatives of sigmoid and tanh: operations of x and y = f(x), because what has digits where
// y is near 1 isn't what has a derivative with digits there. All of the gradient flows to x.

struct SigmoidSlope : Binary<SigmoidSlope> {
  static constexpr std::string_view name = "sigmoid_slope";
  static constexpr bool always_floating = true;
  static constexpr Needs saves(Needs) { return save_input(0) | save_output; }
  static constexpr double saturated = 0.85;
  /// y (1 - y), in which 1 - y is y e^-x.
  auto f(const auto& x, const auto& y) const {
    return where_rare(
        y > constant(y, saturated), [&] { return y * y * exp(-x); }, y * (1 - y));
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    return {-(g * (s.output() * tanh(0.5 * s[0]))), Tensor{}};
  }
};

struct TanhSlope : Binary<TanhSlope> {
  static constexpr std::string_view name = "tanh_slope";
  static constexpr bool always_floating = true;
  static constexpr Needs saves(Needs) { return save_input(1) | save_output; }
  /// (1 + |y|) (1 - |y|), in which 1 - |y| is (1 + |y|) e^-2|x|.
  auto f(const auto& x, const auto& y) const {
    const auto size = abs(y);
    const auto more = 1 + size;
    // In float64 tanh has twice as much error.
    constexpr double saturated = is_float<decltype(y)> ? 0.85 : 0.625;
    return where_rare(
        size > constant(y, saturated), [&] { return more * more * exp(-2 * abs(x)); },
        more * (1 - size));
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    return {-2 * (g * (s.output() * s[1])), Tensor{}};
  }
};

/// Slope of numbers, or applied to tensors.
template <class Slope>
auto slope_of(const auto& x, const auto& y) {
  if constexpr (is_tensor<decltype(x)>) {
    return apply(Slope{}, x, y);
  } else {
    return Slope{}.f(x, y);
  }
}

struct Sigmoid : Unary<Sigmoid> {
  static constexpr std::string_view name = "sigmoid";
  static constexpr Needs keeps = save_inputs | save_output;
  auto f(const auto& x) const { return sigmoid_of(x); }
  auto df(const auto& x, const auto& y) const { return slope_of<SigmoidSlope>(x, y); }
};

struct Tanh : Unary<Tanh> {
  static constexpr std::string_view name = "tanh";
  static constexpr Needs keeps = save_inputs | save_output;
  auto f(const auto& x) const { return tanh(x); }
  auto df(const auto& x, const auto& y) const { return slope_of<TanhSlope>(x, y); }
};

struct Softplus : Unary<Softplus> {
  static constexpr std::string_view name = "softplus";
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return maximum(x, constant(x, 0)) + log1p(exp_of_minus_size(x)); }
  auto df(const auto& x, const auto&) const { return sigmoid_of(x); }
};

struct Relu : Unary<Relu> {
  static constexpr std::string_view name = "relu";
  static constexpr Needs keeps = save_output;
  static constexpr bool keeps_integers = true;
  auto f(const auto& x) const { return where(x <= constant(x, 0), constant(x, 0), x); }
  auto pull(const auto& g, const auto&, const auto& y) const {
    return where(y <= constant(y, 0), constant(g, 0), g);
  }
};

struct Softsign : Unary<Softsign> {
  static constexpr std::string_view name = "softsign";
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return x / (1 + abs(x)); }
  auto df(const auto& x, const auto&) const {
    const auto q = 1 / (1 + abs(x));
    return q * q;
  }
};

struct Tanhshrink : Unary<Tanhshrink> {
  static constexpr std::string_view name = "tanhshrink";
  static constexpr bool vector = false;
  static constexpr bool shared_slope = true;
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return tanhshrink(x); }
  auto df(const auto& x, const auto&) const {
    const auto t = tanh(x);
    return t * t;
  }
};

}  // namespace

Tensor sigmoid(const Tensor& x) { return apply(Sigmoid{}, x); }
Tensor tanh(const Tensor& x) { return apply(Tanh{}, x); }
Tensor relu(const Tensor& x) { return apply(Relu{}, x); }
Tensor softplus(const Tensor& x) { return apply(Softplus{}, x); }
Tensor softplus(const Tensor& x, Scalar beta, detail::NoThreshold) {
  check_defined("softplus", x, beta);
  return softplus(beta * x) / beta;
}
Tensor logsigmoid(const Tensor& x) {
  check_defined("logsigmoid", x);
  return -softplus(-as_floating(x));
}
Tensor softsign(const Tensor& x) { return apply(Softsign{}, x); }
Tensor tanhshrink(const Tensor& x) { return apply(Tanhshrink{}, x); }

}  // namespace tapegrad
