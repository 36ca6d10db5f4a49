#include "tapegrad/ops/pointwise/trigonometric.hpp"

#include <numbers>

#include "ops/elementwise.hpp"
#include "ops/formulas.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

using std::numbers::pi;

struct Sin : Unary<Sin> {
  static constexpr std::string_view name = "sin";
  static constexpr bool shared = true;
  static constexpr bool shared_slope = true;
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return sin(x); }
  auto df(const auto& x, const auto&) const { return cos(x); }
};

struct Cos : Unary<Cos> {
  static constexpr std::string_view name = "cos";
  static constexpr bool shared = true;
  static constexpr bool shared_slope = true;
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return cos(x); }
  auto df(const auto& x, const auto&) const { return -sin(x); }
};

struct Tan : Unary<Tan> {
  static constexpr std::string_view name = "tan";
  static constexpr bool shared = true;
  static constexpr Needs keeps = save_output;
  auto f(const auto& x) const { return tan(x); }
  auto df(const auto&, const auto& y) const { return 1 + y * y; }
};

struct Asin : Unary<Asin> {
  static constexpr std::string_view name = "asin";
  static constexpr bool vector = false;
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return asin(x); }
  auto df(const auto& x, const auto&) const { return 1 / sqrt((1 - x) * (1 + x)); }
};

struct Acos : Unary<Acos> {
  static constexpr std::string_view name = "acos";
  static constexpr bool vector = false;
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return acos(x); }
  auto df(const auto& x, const auto&) const { return -1 / sqrt((1 - x) * (1 + x)); }
};

struct Atan : Unary<Atan> {
  static constexpr std::string_view name = "atan";
  static constexpr bool shared = true;
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return atan(x); }
  auto df(const auto& x, const auto&) const { return 1 / (1 + x * x); }
};

struct Atan2 : Binary<Atan2> {
  static constexpr std::string_view name = "atan2";
  static constexpr bool always_floating = true;
  static constexpr bool shared = true;
  static constexpr Needs saves(Needs) { return save_inputs; }
  auto f(const auto& a, const auto& b) const { return atan2(a, b); }
  Grads grads(const auto& s, const Tensor& g) const {
    const auto to_a = scalar_text([](const auto& dy, const auto& a, const auto& b) {
      const auto h = hypot(a, b);
      return dy * (b / h / h);
    });
    const auto to_b = scalar_text([](const auto& dy, const auto& a, const auto& b) {
      const auto h = hypot(a, b);
      return -dy * (a / h / h);
    });
    return {s.needs(0) ? pulled(to_a, g, s.first(), s.second()) : Tensor{},
            s.needs(1) ? pulled(to_b, g, s.first(), s.second()) : Tensor{}};
  }
};

/// The derivative of sinc. That of it follows from x sinc'' + 2 sinc' + pi^2 x sinc = 0.
struct SincSlope : Unary<SincSlope> {
  static constexpr std::string_view name = "sinc_slope";
  static constexpr bool vector = false;
  static constexpr bool vector_slope = false;
  static constexpr Needs keeps = save_inputs | save_output;
  auto f(const auto& x) const { return sinc_slope(x); }
  auto df(const auto& x, const auto& y) const {
    const auto at_zero = x == constant(x, 0);
    const auto twice = 2 * (y / where(at_zero, constant(x, 1), x));
    const auto quotient = where(at_zero, constant(x, -2 * pi * pi / 3), twice);
    return -(constant(x, pi * pi) * sinc(x)) - quotient;
  }
};

struct Sinc : Unary<Sinc> {
  static constexpr std::string_view name = "sinc";
  static constexpr bool vector = false;
  static constexpr bool vector_slope = false;
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return sinc(x); }
  auto df(const auto& x, const auto&) const {
    if constexpr (is_tensor<decltype(x)>) {
      return apply(SincSlope{}, x);
    } else {
      return sinc_slope(x);
    }
  }
};

}  // namespace

Tensor sin(const Tensor& x) { return apply(Sin{}, x); }
Tensor cos(const Tensor& x) { return apply(Cos{}, x); }
Tensor tan(const Tensor& x) { return apply(Tan{}, x); }
Tensor asin(const Tensor& x) { return apply(Asin{}, x); }
Tensor acos(const Tensor& x) { return apply(Acos{}, x); }
Tensor atan(const Tensor& x) { return apply(Atan{}, x); }
Tensor sinc(const Tensor& x) { return apply(Sinc{}, x); }
Tensor atan2(const Tensor& a, const Tensor& b) { return apply(Atan2{}, a, b); }
Tensor atan2(const Tensor& a, Scalar b) {
  check_defined("atan2", a, b);
  return atan2(a, number_beside("atan2", a, b));
}
Tensor atan2(Scalar a, const Tensor& b) {
  check_defined("atan2", a, b);
  return atan2(number_beside("atan2", b, a), b);
}

}  // namespace tapegrad
