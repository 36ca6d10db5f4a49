// ONNX's arithmetic, comparisons and functions of numbers.
#include "onnx/importer.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad::onnx {
namespace {

template <Tensor (*f)(const Tensor&)>
Tensors unary(const Ask& ask) {
  return {f(ask.x())};
}

template <Tensor (*f)(const Tensor&, const Tensor&)>
Tensors binary(const Ask& ask) {
  return {f(ask.x(0), ask.x(1))};
}

/// Of any number of inputs.
template <Tensor (*f)(const Tensor&, const Tensor&)>
Tensors several(const Ask& ask) {
  Tensor y = ask.x(0);
  for (std::size_t i = 1; i < ask.inputs.size(); ++i) y = f(y, ask.x(i));
  return {y};
}

/// Integers are divided toward zero.
Tensors divide(const Ask& ask) {
  const Tensor& a = ask.x(0);
  const Tensor& b = ask.x(1);
  return {is_floating(a.dtype()) ? div(a, b) : div(a, b, "trunc")};
}

Tensors mean(const Ask& ask) {
  return {several<add>(ask)[0] / static_cast<double>(ask.inputs.size())};
}

/// The type is that of the base.
Tensors power(const Ask& ask) { return {pow(ask.x(0), ask.x(1)).to(ask.x(0).dtype())}; }

Tensors modulo(const Ask& ask) {
  return {ask.integer("fmod", 0) != 0 ? fmod(ask.x(0), ask.x(1)) : remainder(ask.x(0), ask.x(1))};
}

Tensors is_infinite(const Ask& ask) {
  const Tensor all = isinf(ask.x());
  if (ask.integer("detect_negative", 1) == 0) return {all & (ask.x() > 0)};
  if (ask.integer("detect_positive", 1) == 0) return {all & (ask.x() < 0)};
  return {all};
}

Tensors where_rule(const Ask& ask) { return {where(ask.x(0), ask.x(1), ask.x(2))}; }

/// The limits were attributes until opset 11.
Tensors clip(const Ask& ask) {
  Tensor y = ask.x();
  if (ask.has(1)) y = maximum(y, ask.x(1));
  if (ask.has(2)) y = minimum(y, ask.x(2));
  if (ask.find("min")) y = clamp_min(y, ask.number("min", 0));
  if (ask.find("max")) y = clamp_max(y, ask.number("max", 0));
  return {y};
}

Tensors cast(const Ask& ask) {
  ask.find("saturate");  // of types of 8 bits alone
  const std::optional<DType> to = proto::type_of_number(ask.integer("to", 0));
  if (!to) ask.refuse(fmt::format("ONNX's type {} isn't supported", ask.integer("to", 0)));
  return {*to == boolean ? ask.x() != 0 : ask.x().to(*to)};
}

Tensors cast_like(const Ask& ask) {
  ask.find("saturate");
  return {ask.x(1).dtype() == boolean ? ask.x() != 0 : ask.x().to(ask.x(1).dtype())};
}

Tensors same(const Ask& ask) { return {ask.x()}; }

Tensors einsum_rule(const Ask& ask) { return {einsum(ask.text("equation", ""), ask.inputs)}; }

Tensors shifted(const Ask& ask) {
  return {ask.text("direction", "") == "LEFT" ? bitwise_left_shift(ask.x(0), ask.x(1))
                                              : bitwise_right_shift(ask.x(0), ask.x(1))};
}

}  // namespace

void add_math_operators(Operators& all) {
  all["Add"] = binary<add>;
  all["Sub"] = binary<sub>;
  all["Mul"] = binary<mul>;
  all["Div"] = divide;
  all["Pow"] = power;
  all["Mod"] = modulo;
  all["Sum"] = several<add>;
  all["Max"] = several<maximum>;
  all["Min"] = several<minimum>;
  all["Mean"] = mean;
  all["Equal"] = binary<eq>;
  all["Less"] = binary<lt>;
  all["LessOrEqual"] = binary<le>;
  all["Greater"] = binary<gt>;
  all["GreaterOrEqual"] = binary<ge>;
  all["And"] = binary<logical_and>;
  all["Or"] = binary<logical_or>;
  all["Xor"] = binary<logical_xor>;
  all["Not"] = unary<logical_not>;
  all["BitwiseAnd"] = binary<bitwise_and>;
  all["BitwiseOr"] = binary<bitwise_or>;
  all["BitwiseXor"] = binary<bitwise_xor>;
  all["BitwiseNot"] = unary<bitwise_not>;
  all["BitShift"] = shifted;
  all["Abs"] = unary<abs>;
  all["Acos"] = unary<acos>;
  all["Acosh"] = unary<acosh>;
  all["Asin"] = unary<asin>;
  all["Asinh"] = unary<asinh>;
  all["Atan"] = unary<atan>;
  all["Atanh"] = unary<atanh>;
  all["Ceil"] = unary<ceil>;
  all["Cos"] = unary<cos>;
  all["Cosh"] = unary<cosh>;
  all["Erf"] = unary<erf>;
  all["Exp"] = unary<exp>;
  all["Floor"] = unary<floor>;
  all["Log"] = unary<log>;
  all["Neg"] = unary<neg>;
  all["Reciprocal"] = unary<reciprocal>;
  all["Round"] = [](const Ask& ask) { return Tensors{round(ask.x())}; };
  all["Sign"] = unary<sign>;
  all["Sin"] = unary<sin>;
  all["Sinh"] = unary<sinh>;
  all["Sqrt"] = unary<sqrt>;
  all["Tan"] = unary<tan>;
  all["IsNaN"] = unary<isnan>;
  all["IsInf"] = is_infinite;
  all["Where"] = where_rule;
  all["Clip"] = clip;
  all["Cast"] = cast;
  all["CastLike"] = cast_like;
  all["Identity"] = same;
  all["MatMul"] = binary<matmul>;
  all["Det"] = unary<det>;
  all["Einsum"] = einsum_rule;
}

}  // namespace tapegrad::onnx
