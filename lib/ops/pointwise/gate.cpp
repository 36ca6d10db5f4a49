#include "tapegrad/ops/pointwise/gate.hpp"

#include <cmath>
#include <numbers>

#include "ops/formulas.hpp"
#include "ops/reduced.hpp"
#include "tapegrad/ops/pointwise/rectifier.hpp"
#include "tapegrad/ops/pointwise/special.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

/// s(x) s(-x) for the sigmoid s, its derivative: 1 - s(x) has no digits where s is near 1.
auto sigmoid_slope_of(const auto& x) {
  if constexpr (is_tensor<decltype(x)>) {
    return sigmoid(x) * sigmoid(-x);
  } else {
    const auto e = exp(-abs(x));
    const auto q = 1 + e;
    return e / (q * q);
  }
}

struct Silu : Unary<Silu> {
  static constexpr std::string_view name = "silu";
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return x * sigmoid_of(x); }
  auto df(const auto& x, const auto&) const { return sigmoid_of(x) + x * sigmoid_slope_of(x); }
};

/// By erfc, whose digits don't end where x is negative.
struct Gelu : Unary<Gelu> {
  static constexpr std::string_view name = "gelu";
  static constexpr bool shared = true;
  static constexpr bool shared_slope = true;
  static constexpr Needs keeps = save_inputs;
  static constexpr double root_of_half = 1 / std::numbers::sqrt2;
  auto f(const auto& x) const { return x * below(x); }
  auto df(const auto& x, const auto&) const {
    constexpr double most = std::numbers::inv_sqrtpi * root_of_half;
    return below(x) + x * (constant(x, most) * gauss_of(constant(x, root_of_half) * x));
  }

 private:
  /// The probability that a standard normal number is below x.
  static auto below(const auto& x) {
    return constant(x, 0.5) * erfc(constant(x, -root_of_half) * x);
  }
};

struct GeluByTanh : Unary<GeluByTanh> {
  static constexpr std::string_view name = "gelu";
  static constexpr Needs keeps = save_inputs;
  static constexpr double cubic = 0.044715;
  void attributes(AttributeList& list) const { list("approximate", "tanh"); }
  auto f(const auto& x) const { return x * sigmoid_of(inner(x)); }
  auto df(const auto& x, const auto&) const {
    const auto u = inner(x);
    // Where x^2 is larger, the sigmoid is 0 or 1, and its slope 0.
    const auto square = minimum(x * x, constant(x, 2500));
    const auto slope = constant(x, unit) + constant(x, 3 * cubic * unit) * square;
    return sigmoid_of(u) + x * (sigmoid_slope_of(u) * slope);
  }

 private:
  static constexpr double unit = 2 * std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
  static auto inner(const auto& x) {
    return x * (constant(x, unit) + constant(x, cubic * unit) * (x * x));
  }
};

}  // namespace

Tensor silu(const Tensor& x) { return apply(Silu{}, x); }

Tensor gelu(const Tensor& x, std::string_view approximate) {
  check_defined("gelu", x, approximate);
  if (approximate == "tanh") return apply(GeluByTanh{}, x);
  check<Error>(approximate == "none", "gelu: approximate is \"{}\", but must be none or tanh",
               approximate);
  return apply(Gelu{}, x);
}

Tensor mish(const Tensor& x) {
  check_defined("mish", x);
  return x * tanh(softplus(x));
}

Tensor hardswish(const Tensor& x) {
  check_defined("hardswish", x);
  return x * hardsigmoid(x);
}

Tensor glu(const Tensor& x, AsDim dim) {
  check_defined("glu", x, dim);
  const auto along = static_cast<std::int64_t>(reduced_dim("glu", x, dim));
  const std::int64_t size = x.dim() == 0 ? 1 : x.size(along);
  check<ShapeError>(size % 2 == 0, "glu: dim {} of shape {} has size {}, which must be even", dim,
                    x.shape(), size);
  return x.narrow(along, 0, size / 2) * sigmoid(x.narrow(along, size / 2, size / 2));
}

}  // namespace tapegrad
