// Operations of one or two tensors, element by element, in ONNX.
#include <numbers>

#include "core/check.hpp"
#include "onnx/exporter.hpp"

namespace tapegrad::onnx {
namespace {

/// What the elements of an operation's inputs are computed in.
DType meeting(const Call& call) {
  if (call.inputs.size() > 1) return promote(call.inputs[0].dtype(), call.inputs[1].dtype());
  return call.inputs[0].dtype();
}

/// A number beside a tensor, which may be the first operand.
struct Operands {
  std::string a, b;
};

Operands operands(Exporter& to, const Call& call, DType dtype) {
  if (call.inputs.size() == 2) {
    return {to.value(call.inputs[0], dtype), to.value(call.inputs[1], dtype)};
  }
  const std::string x = to.value(call.inputs[0], dtype);
  if (call.find("first")) return {to.number(call.real("first"), dtype), x};
  return {x, to.number(call.real("other"), dtype)};
}

/// One that ONNX calls otherwise.
struct Plain {
  std::string_view ours, theirs;
};
constexpr Plain plain_unary[]{
    {"abs", "Abs"},     {"acos", "Acos"},   {"acosh", "Acosh"},       {"asin", "Asin"},
    {"asinh", "Asinh"}, {"atan", "Atan"},   {"atanh", "Atanh"},       {"ceil", "Ceil"},
    {"cos", "Cos"},     {"cosh", "Cosh"},   {"erf", "Erf"},           {"exp", "Exp"},
    {"floor", "Floor"}, {"log", "Log"},     {"neg", "Neg"},           {"reciprocal", "Reciprocal"},
    {"relu", "Relu"},   {"round", "Round"}, {"sigmoid", "Sigmoid"},   {"sign", "Sign"},
    {"sin", "Sin"},     {"sinh", "Sinh"},   {"softplus", "Softplus"}, {"softsign", "Softsign"},
    {"sqrt", "Sqrt"},   {"tan", "Tan"},     {"tanh", "Tanh"},         {"clone", "Identity"},
};
constexpr Plain plain_binary[]{{"add", "Add"},    {"sub", "Sub"}, {"mul", "Mul"},
                               {"div", "Div"},    {"pow", "Pow"}, {"maximum", "Max"},
                               {"minimum", "Min"}};
constexpr Plain comparisons[]{{"eq", "Equal"},
                              {"lt", "Less"},
                              {"gt", "Greater"},
                              {"le", "LessOrEqual"},
                              {"ge", "GreaterOrEqual"}};

std::string_view theirs(std::span<const Plain> list, std::string_view ours) {
  for (const Plain& one : list) {
    if (one.ours == ours) return one.theirs;
  }
  fail<Error>("onnx: no operator for {}", ours);
}

Values unary(Exporter& to, const Call& call) {
  return {to.node(theirs(plain_unary, call.operation), {to.value(call.inputs[0], call.dtype())})};
}

Values binary(Exporter& to, const Call& call) {
  const auto [a, b] = operands(to, call, call.dtype());
  return {to.node(theirs(plain_binary, call.operation), {a, b})};
}

Values comparison(Exporter& to, const Call& call) {
  const DType dtype = call.inputs.size() == 2               ? meeting(call)
                      : is_floating(call.inputs[0].dtype()) ? call.inputs[0].dtype()
                      : call.text("other").find_first_of(".en") != std::string::npos ? float32
                                                                                     : int64;
  const auto [a, b] = operands(to, call, dtype);
  if (call.operation == "ne") return {to.node("Not", {to.node("Equal", {a, b})})};
  return {to.node(theirs(comparisons, call.operation), {a, b})};
}

/// x and a number by an operator.
std::string with(Exporter& to, std::string_view type, const std::string& x, double number,
                 DType dtype) {
  return to.node(type, {x, to.number(number, dtype)});
}

std::string one_minus(Exporter& to, const std::string& x, DType dtype) {
  return to.node("Sub", {to.number(1, dtype), x});
}

/// A function of x, the first input.
template <auto f>
Values of_x(Exporter& to, const Call& call) {
  return {f(to, to.value(call.inputs[0], call.dtype()), call.dtype())};
}

std::string gelu(Exporter& to, const std::string& x, DType dtype) {
  const std::string e = to.node("Erf", {with(to, "Mul", x, 1 / std::numbers::sqrt2, dtype)});
  return to.node("Mul", {with(to, "Mul", x, 0.5, dtype), with(to, "Add", e, 1, dtype)});
}

/// x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)).
std::string gelu_by_tanh(Exporter& to, const std::string& x, DType dtype) {
  const std::string square = to.node("Mul", {x, x});
  const std::string inner = with(to, "Add", with(to, "Mul", square, 0.044715, dtype), 1, dtype);
  const double twice_root = 2 * std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
  const std::string u = with(to, "Mul", to.node("Mul", {x, inner}), twice_root, dtype);
  return to.node("Mul", {x, to.node("Sigmoid", {u})});
}

Values gelu_rule(Exporter& to, const Call& call) {
  return call.find("approximate") ? of_x<gelu_by_tanh>(to, call) : of_x<gelu>(to, call);
}

/// scale * (x > 0 ? x : alpha * (exp(input_scale * x) - 1)).
Values elu(Exporter& to, const Call& call) {
  const DType dtype = call.dtype();
  const std::string x = to.value(call.inputs[0], dtype);
  const double rate = call.real("input_scale");
  std::string y;
  if (rate == 1) {
    y = to.node("Elu", {x}, {{"alpha", call.real("alpha")}});
  } else {
    const std::string low = with(to, "Min", x, 0, dtype);
    const std::string e = to.node("Exp", {with(to, "Mul", low, rate, dtype)});
    const std::string below =
        with(to, "Mul", with(to, "Sub", e, 1, dtype), call.real("alpha"), dtype);
    y = to.node("Add", {with(to, "Max", x, 0, dtype), below});
  }
  return {call.real("scale") == 1 ? y : with(to, "Mul", y, call.real("scale"), dtype)};
}

Values leaky_relu(Exporter& to, const Call& call) {
  return {to.node("LeakyRelu", {to.value(call.inputs[0], call.dtype())},
                  {{"alpha", call.real("negative_slope")}})};
}

/// Toward minus infinity.
std::string floored(Exporter& to, const std::string& a, const std::string& b, DType dtype) {
  const std::string q = to.node("Div", {a, b});
  return is_floating(dtype) ? to.node("Floor", {q}) : q;
}

Values remainder(Exporter& to, const Call& call) {
  const auto [a, b] = operands(to, call, call.dtype());
  if (!is_floating(call.dtype())) return {to.node("Mod", {a, b})};
  const std::string whole = floored(to, a, b, call.dtype());
  return {to.node("Sub", {a, to.node("Mul", {whole, b})})};
}

Values floor_divide(Exporter& to, const Call& call) {
  check<Error>(is_floating(call.dtype()),
               "onnx: floor_divide of {}: ONNX rounds a quotient of integers toward 0",
               call.dtype());
  const auto [a, b] = operands(to, call, call.dtype());
  return {floored(to, a, b, call.dtype())};
}

Values fmod(Exporter& to, const Call& call) {
  const auto [a, b] = operands(to, call, call.dtype());
  return {to.node("Mod", {a, b}, {{"fmod", std::int64_t{1}}})};
}

/// On masks; of integers only from opset 18 on.
Values logical(Exporter& to, const Call& call) {
  check<Error>(call.dtype() == boolean, "onnx: {} of {}: opset 17 has it for masks alone",
               call.operation, call.dtype());
  if (call.operation == "bitwise_not") return {to.node("Not", {to.value(call.inputs[0])})};
  const auto [a, b] = operands(to, call, boolean);
  return {to.node(call.operation == "bitwise_and"  ? "And"
                  : call.operation == "bitwise_or" ? "Or"
                                                   : "Xor",
                  {a, b})};
}

}  // namespace

void add_pointwise_rules(Rules& rules) {
  for (const Plain& one : plain_unary) rules[one.ours] = unary;
  for (const Plain& one : plain_binary) rules[one.ours] = binary;
  for (const Plain& one : comparisons) rules[one.ours] = comparison;
  rules["ne"] = comparison;
  rules["gelu"] = gelu_rule;
  rules["elu"] = elu;
  rules["leaky_relu"] = leaky_relu;
  rules["remainder"] = remainder;
  rules["floor_divide"] = floor_divide;
  rules["fmod"] = fmod;
  for (const auto* name : {"bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not"}) {
    rules[name] = logical;
  }
  rules["square"] = of_x<[](Exporter& to, const std::string& x, DType) {
    return to.node("Mul", {x, x});
  }>;
  rules["silu"] = of_x<[](Exporter& to, const std::string& x, DType) {
    return to.node("Mul", {x, to.node("Sigmoid", {x})});
  }>;
  rules["rsqrt"] = of_x<[](Exporter& to, const std::string& x, DType) {
    return to.node("Reciprocal", {to.node("Sqrt", {x})});
  }>;
  rules["tanhshrink"] = of_x<[](Exporter& to, const std::string& x, DType) {
    return to.node("Sub", {x, to.node("Tanh", {x})});
  }>;
  rules["trunc"] = of_x<[](Exporter& to, const std::string& x, DType) {
    return to.node("Mul", {to.node("Sign", {x}), to.node("Floor", {to.node("Abs", {x})})});
  }>;
  rules["erfc"] = of_x<[](Exporter& to, const std::string& x, DType dtype) {
    return one_minus(to, to.node("Erf", {x}), dtype);
  }>;
  rules["exp2"] = of_x<[](Exporter& to, const std::string& x, DType dtype) {
    return to.node("Pow", {to.number(2, dtype), x});
  }>;
  rules["expm1"] = of_x<[](Exporter& to, const std::string& x, DType dtype) {
    return with(to, "Sub", to.node("Exp", {x}), 1, dtype);
  }>;
  rules["log1p"] = of_x<[](Exporter& to, const std::string& x, DType dtype) {
    return to.node("Log", {with(to, "Add", x, 1, dtype)});
  }>;
  rules["log2"] = of_x<[](Exporter& to, const std::string& x, DType dtype) {
    return with(to, "Mul", to.node("Log", {x}), std::numbers::log2e, dtype);
  }>;
  rules["log10"] = of_x<[](Exporter& to, const std::string& x, DType dtype) {
    return with(to, "Mul", to.node("Log", {x}), std::numbers::log10e, dtype);
  }>;
}

}  // namespace tapegrad::onnx
