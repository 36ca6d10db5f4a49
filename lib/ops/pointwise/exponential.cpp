#include "tapegrad/ops/pointwise/exponential.hpp"

#include <numbers>

#include "ops/elementwise.hpp"
#include "ops/formulas.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

using std::numbers::ln2;

struct Exp : Unary<Exp> {
  static constexpr std::string_view name = "exp";
  static constexpr Needs keeps = save_output;
  auto f(const auto& x) const { return exp(x); }
  auto df(const auto&, const auto& y) const { return y; }
};

struct Log : Unary<Log> {
  static constexpr std::string_view name = "log";
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return log(x); }
  auto df(const auto& x, const auto&) const { return 1 / x; }
};

struct Log1p : Unary<Log1p> {
  static constexpr std::string_view name = "log1p";
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return log1p(x); }
  auto df(const auto& x, const auto&) const { return 1 / (1 + x); }
};

struct Expm1 : Unary<Expm1> {
  static constexpr std::string_view name = "expm1";
  static constexpr bool shared = true;
  static constexpr bool shared_slope = true;
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return expm1(x); }
  auto df(const auto& x, const auto&) const { return exp(x); }
};

struct Exp2 : Unary<Exp2> {
  static constexpr std::string_view name = "exp2";
  static constexpr bool vector = false;
  static constexpr Needs keeps = save_output;
  auto f(const auto& x) const { return exp2(x); }
  auto df(const auto&, const auto& y) const { return constant(y, ln2) * y; }
};

struct Log2 : Unary<Log2> {
  static constexpr std::string_view name = "log2";
  static constexpr bool vector = false;
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return log2(x); }
  auto df(const auto& x, const auto&) const { return constant(x, 1 / ln2) / x; }
};

struct Log10 : Unary<Log10> {
  static constexpr std::string_view name = "log10";
  static constexpr bool vector = false;
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return log10(x); }
  auto df(const auto& x, const auto&) const { return constant(x, 1 / std::numbers::ln10) / x; }
};

/// a - b, and 0 of equal infinities.
auto distance(const auto& a, const auto& b) {
  const auto d = a - b;
  return where(d == d, d, where(a == b, constant(d, 0), d));
}

/// The logarithm of the sum of two powers of a base, whose own logarithm is Op::unit.
template <class Op>
struct LogOfSum : Binary<Op> {
  static constexpr bool always_floating = true;
  static constexpr bool commutes = true;
  static constexpr bool shared = true;
  static constexpr Needs saves(Needs) { return save_inputs; }
  auto f(const auto& a, const auto& b) const {
    const auto unit = constant(a, Op::unit);
    return maximum(a, b) + log1p(exp(-abs(distance(a, b)) * unit)) / unit;
  }
  Grads grads(const auto& s, const Tensor& g) const {
    return {s.needs(0) ? pulled(Share{}, g, s.first(), s.second()) : Tensor{},
            s.needs(1) ? pulled(Share{}, g, s.second(), s.first()) : Tensor{}};
  }

 private:
  struct Share {
    static constexpr bool shared = true;
    auto operator()(const auto& dy, const auto& x, const auto& other) const {
      return dy * sigmoid_of(constant(x, Op::unit) * distance(x, other));
    }
  };
};

struct LogAddExp : LogOfSum<LogAddExp> {
  static constexpr std::string_view name = "logaddexp";
  static constexpr double unit = 1;
};

struct LogAddExp2 : LogOfSum<LogAddExp2> {
  static constexpr std::string_view name = "logaddexp2";
  static constexpr double unit = ln2;
};

}  // namespace

Tensor exp(const Tensor& x) { return apply(Exp{}, x); }
Tensor log(const Tensor& x) { return apply(Log{}, x); }
Tensor log1p(const Tensor& x) { return apply(Log1p{}, x); }
Tensor expm1(const Tensor& x) { return apply(Expm1{}, x); }
Tensor exp2(const Tensor& x) { return apply(Exp2{}, x); }
Tensor log2(const Tensor& x) { return apply(Log2{}, x); }
Tensor log10(const Tensor& x) { return apply(Log10{}, x); }
Tensor logaddexp(const Tensor& a, const Tensor& b) { return apply(LogAddExp{}, a, b); }
Tensor logaddexp(const Tensor& a, Scalar b) {
  check_defined("logaddexp", a, b);
  return logaddexp(a, number_beside("logaddexp", a, b));
}
Tensor logaddexp(Scalar a, const Tensor& b) {
  check_defined("logaddexp", a, b);
  return logaddexp(number_beside("logaddexp", b, a), b);
}
Tensor logaddexp2(const Tensor& a, const Tensor& b) { return apply(LogAddExp2{}, a, b); }
Tensor logaddexp2(const Tensor& a, Scalar b) {
  check_defined("logaddexp2", a, b);
  return logaddexp2(a, number_beside("logaddexp2", a, b));
}
Tensor logaddexp2(Scalar a, const Tensor& b) {
  check_defined("logaddexp2", a, b);
  return logaddexp2(number_beside("logaddexp2", b, a), b);
}

}  // namespace tapegrad
