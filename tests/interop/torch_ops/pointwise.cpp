// Element by element, of one, two or three tensors.
#include "tapegrad/ops/pointwise.hpp"
#include "table.hpp"
#include "tapegrad/ops/create.hpp"

using T = const tg::Tensor&;
using S = tg::Scalar;
using Number = std::optional<double>;

namespace {

/// An operation whose first parameter is torch's second.
template <class F>
void add_reversed(Table& t, const std::string& name, F) {
  t.add(name + "(input, other)", [](T a, T b) { return F{}(a, b); });
  t.add(name + "(input, other)", [](T a, S b) { return F{}(a, b); });
}

void add_arithmetic(Table& t) {
  t.binary("add", tg::add, tg::add, tg::operator+);
  t.binary("sub", tg::sub, tg::sub, tg::operator-);
  t.binary("mul", tg::mul, tg::mul, tg::operator*);
  t.binary("div", tg::div, tg::div, tg::operator/);
  t.binary("true_divide", tg::div, tg::div);
  t.binary("pow", tg::pow, tg::pow, tg::pow);
  t.binary("remainder", tg::remainder, tg::remainder, tg::remainder);
  t.binary("fmod", tg::fmod, tg::fmod);
  t.binary("floor_divide", tg::floor_divide, tg::floor_divide);
  add_reversed(t, "rsub", [](T a, const auto& b) { return b - a; });
  add_reversed(t, "__radd__", [](T a, const auto& b) { return b + a; });
  add_reversed(t, "__rmul__", [](T a, const auto& b) { return b * a; });
  add_reversed(t, "__rsub__", [](T a, const auto& b) { return b - a; });
  add_reversed(t, "__rdiv__", [](T a, const auto& b) { return b / a; });
  add_reversed(t, "__rmod__", [](T a, const auto& b) { return b % a; });
  add_reversed(t, "__rpow__", [](T a, const auto& b) { return tg::pow(b, a); });
  t.add("add(input, other, alpha)", [](T a, T b, S alpha) { return tg::add(a, b, alpha); });
  t.add("sub(input, other, alpha)", [](T a, T b, S alpha) { return tg::sub(a, b, alpha); });
  t.add("rsub(input, other, alpha)", [](T a, T b, S alpha) { return tg::sub(b, a, alpha); });
  t.add("div(input, other, rounding_mode)",
        [](T a, T b, std::string mode) { return tg::div(a, b, mode); });
  t.add("div(input, other, rounding_mode)",
        [](T a, S b, std::string mode) { return tg::div(a, b, mode); });
  t.add("lerp(input, end, weight)", [](T a, T b, T w) { return tg::lerp(a, b, w); });
  t.add("lerp(input, end, weight)", [](T a, T b, S w) { return tg::lerp(a, b, w); });
  t.add("addcmul(input, tensor1, tensor2, value=1)", tg::addcmul);
  t.add("addcdiv(input, tensor1, tensor2, value=1)", tg::addcdiv);
  t.unary("neg", tg::neg);
  t.unary("abs", tg::abs);
  t.unary("sign", tg::sign);
  t.unary("signbit", tg::signbit);
  t.binary("copysign", tg::copysign, tg::copysign, tg::copysign);
}

void add_powers(Table& t) {
  t.unary("sqrt", tg::sqrt);
  t.unary("square", tg::square);
  t.unary("rsqrt", tg::rsqrt);
  t.unary("reciprocal", tg::reciprocal);
  t.binary("hypot", tg::hypot);
  t.unary("exp", tg::exp);
  t.unary("exp2", tg::exp2);
  t.unary("expm1", tg::expm1);
  t.unary("log", tg::log);
  t.unary("log2", tg::log2);
  t.unary("log10", tg::log10);
  t.unary("log1p", tg::log1p);
  t.binary("logaddexp", tg::logaddexp);
  t.binary("logaddexp2", tg::logaddexp2);
  t.unary("erf", tg::erf);
  t.unary("erfc", tg::erfc);
  t.unary("erfinv", tg::erfinv);
  t.unary("lgamma", tg::lgamma);
  t.unary("digamma", tg::digamma);
  t.add("polygamma(input, n)", [](T x, std::int64_t n) { return tg::polygamma(n, x); });
  t.add("special.polygamma(input, n)", [](T x, std::int64_t n) { return tg::polygamma(n, x); });
  t.binary("xlogy", tg::xlogy, tg::xlogy, tg::xlogy);
}

void add_angles(Table& t) {
  t.unary("sin", tg::sin);
  t.unary("cos", tg::cos);
  t.unary("tan", tg::tan);
  t.unary("asin", tg::asin);
  t.unary("acos", tg::acos);
  t.unary("atan", tg::atan);
  t.binary("atan2", tg::atan2);
  t.unary("sinc", tg::sinc);
  t.unary("sinh", tg::sinh);
  t.unary("cosh", tg::cosh);
  t.unary("tanh", tg::tanh);
  t.unary("asinh", tg::asinh);
  t.unary("acosh", tg::acosh);
  t.unary("atanh", tg::atanh);
}

void add_rounding(Table& t) {
  t.unary("floor", tg::floor);
  t.unary("ceil", tg::ceil);
  t.unary("trunc", tg::trunc);
  t.unary("frac", tg::frac);
  t.add("round(input, decimals=0)", tg::round);
  t.add("isclose(input, other, rtol=1e-5, atol=1e-8, equal_nan=False)", tg::isclose);
  t.add("allclose(input, other, rtol=1e-5, atol=1e-8, equal_nan=False)",
        [](T a, T b, double rtol, double atol, bool nans) {
          return tg::tensor(tg::allclose(a, b, rtol, atol, nans));
        });
  t.add("equal(input, other)", [](T a, T b) { return tg::tensor(tg::equal(a, b)); });
  t.unary("isnan", tg::isnan);
  t.unary("isinf", tg::isinf);
  t.unary("isfinite", tg::isfinite);
  t.add("nan_to_num(input, nan=0.0, posinf=None, neginf=None)", tg::nan_to_num);
  t.binary("maximum", tg::maximum);
  t.binary("minimum", tg::minimum);
  t.binary("max", tg::maximum);
  t.binary("min", tg::minimum);
  t.add("clamp(input, min, max)", [](T x, S low, S high) { return tg::clamp(x, low, high); });
  t.add("clamp(input, min=None, max=None)", [](T x, T low, T high) {
    if (!low.defined()) return tg::clamp_max(x, high);
    return high.defined() ? tg::clamp(x, low, high) : tg::clamp_min(x, low);
  });
  t.add("clamp(input, min=None, max)", [](T x, Number, S high) { return tg::clamp_max(x, high); });
  t.add("clamp(input, min, max=None)", [](T x, S low, Number) { return tg::clamp_min(x, low); });
  t.add("clamp_min(input, min)", [](T x, S low) { return tg::clamp_min(x, low); });
  t.add("clamp_max(input, max)", [](T x, S high) { return tg::clamp_max(x, high); });
  t.add("clamp_min(input, min)", [](T x, T low) { return tg::clamp_min(x, low); });
  t.add("clamp_max(input, max)", [](T x, T high) { return tg::clamp_max(x, high); });
}

void add_choices(Table& t) {
  t.binary("eq", tg::operator==, tg::operator==);
  t.binary("ne", tg::operator!=, tg::operator!=);
  t.binary("lt", tg::operator<, tg::operator<);
  t.binary("le", tg::operator<=, tg::operator<=);
  t.binary("gt", tg::operator>, tg::operator>);
  t.binary("ge", tg::operator>=, tg::operator>=);
  t.binary("logical_and", tg::logical_and);
  t.binary("logical_or", tg::logical_or);
  t.binary("logical_xor", tg::logical_xor);
  t.unary("logical_not", tg::logical_not);
  t.unary("bitwise_not", tg::bitwise_not);
  t.binary("bitwise_and", tg::bitwise_and, tg::bitwise_and, tg::bitwise_and);
  t.binary("bitwise_or", tg::bitwise_or, tg::bitwise_or, tg::bitwise_or);
  t.binary("bitwise_xor", tg::bitwise_xor, tg::bitwise_xor, tg::bitwise_xor);
  add_reversed(t, "__rand__", [](T a, const auto& b) { return b & a; });
  add_reversed(t, "__ror__", [](T a, const auto& b) { return b | a; });
  add_reversed(t, "__rxor__", [](T a, const auto& b) { return b ^ a; });
  t.binary("bitwise_left_shift", tg::bitwise_left_shift, tg::bitwise_left_shift,
           tg::bitwise_left_shift);
  t.binary("bitwise_right_shift", tg::bitwise_right_shift, tg::bitwise_right_shift,
           tg::bitwise_right_shift);
  t.add("where(input, condition, other)", [](T a, T c, T b) { return tg::where(c, a, b); });
  t.add("where(input, condition, other)", [](T a, T c, S b) { return tg::where(c, a, b); });
  t.add("where(input, condition, other)", [](S a, T c, T b) { return tg::where(c, a, b); });
  t.add("where(input, condition, other)", [](S a, T c, S b) { return tg::where(c, a, b); });
}

}  // namespace

void add_pointwise(Table& table) {
  add_arithmetic(table);
  add_powers(table);
  add_angles(table);
  add_rounding(table);
  add_choices(table);
}
