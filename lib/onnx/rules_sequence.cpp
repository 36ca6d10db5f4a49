// Attention and recurrent networks in ONNX.
#include <limits>

#include "core/check.hpp"
#include "core/unknown.hpp"
#include "onnx/exporter.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad::onnx {
namespace {

using proto::Integers;

/// [batch, places, heads, size] by heads.
std::string by_heads(Exporter& to, const Tensor& x, const Integers& order) {
  return to.node("Transpose", {to.value(x)}, {{"perm", order}});
}

/// 0 for a key that a place may see, -inf for those behind it.
std::string causal_mask(Exporter& to, const Call& call) {
  const std::int64_t places = call.shape(0)[1], keys = call.shape(1)[1];
  check<Error>(!is_unknown(places) && !is_unknown(keys),
               "onnx: causal {} of an unknown number of places", call.operation);
  const Tensor seen = tril(ones({places, keys}, {.dtype = call.dtype()}));
  return to.constant(where(seen == 0, -std::numeric_limits<double>::infinity(), zeros_like(seen)));
}

Values attention(Exporter& to, const Call& call) {
  const Tensor& mask = call.inputs[3];
  check<Error>(!call.inputs[4].defined(), "onnx: {} with dropout; call eval() before",
               call.operation);
  const std::string q = by_heads(to, call.inputs[0], {0, 2, 1, 3});
  const std::string k = by_heads(to, call.inputs[1], {0, 2, 3, 1});
  const std::string v = by_heads(to, call.inputs[2], {0, 2, 1, 3});
  std::string scores = to.node("MatMul", {q, k});
  scores = to.node("Mul", {scores, to.number(call.real("scale"), call.dtype())});
  if (mask.defined()) scores = to.node("Add", {scores, to.value(mask, call.dtype())});
  if (call.flag("is_causal")) scores = to.node("Add", {scores, causal_mask(to, call)});
  std::string weights = to.node("Softmax", {scores}, {{"axis", std::int64_t{-1}}});
  if (mask.defined()) {
    // A place that sees no key, whose largest score is -inf, has weights of 0.
    const std::string most =
        to.node("ReduceMax", {scores}, {{"axes", Integers{-1}}, {"keepdims", std::int64_t{1}}});
    const std::string never = to.number(-std::numeric_limits<double>::infinity(), call.dtype());
    const std::string blind = to.node("Equal", {most, never});
    weights = to.node("Where", {blind, to.number(0, call.dtype()), weights});
  }
  const std::string y = to.node("MatMul", {weights, v});
  return {to.node("Transpose", {y}, {{"perm", Integers{0, 2, 1, 3}}})};
}

/// An operator of ONNX, and where it has each of our gates.
struct Cell {
  std::string type;
  std::vector<std::size_t> gates;
};

Cell cell_of(std::string_view operation) {
  if (operation == "lstm") return {"LSTM", {0, 3, 1, 2}};
  if (operation == "gru") return {"GRU", {1, 0, 2}};
  return {"RNN", {0}};
}

/// The rows of each gate in the operator's order, and a dimension for directions in front.
std::string in_order(Exporter& to, const Cell& cell, const std::string& x, std::int64_t rows) {
  std::string y = x;
  if (cell.gates.size() > 1) {
    const auto count = static_cast<std::int64_t>(cell.gates.size());
    const Values parts = to.nodes("Split", cell.gates.size(),
                                  {x, to.integers(Integers(cell.gates.size(), rows / count))},
                                  {{"axis", std::int64_t{0}}});
    Values turned;
    for (const std::size_t gate : cell.gates) turned.push_back(parts[gate]);
    y = to.node("Concat", turned, {{"axis", std::int64_t{0}}});
  }
  return to.node("Unsqueeze", {y, to.integers({0})});
}

/// What the gates were computed from, where they are a linear() of the inputs; else they are the
/// inputs themselves.
struct Outside {
  std::string x, weight, bias;
};

Outside outside_of(Exporter& to, const Tensor& gates, std::int64_t rows) {
  const Tensor none = zeros({rows}, {.dtype = gates.dtype()});
  const Call* made = to.maker_of(gates);
  if (!made || made->operation != "linear") {
    return {to.value(gates), to.constant(eye(rows, {.dtype = gates.dtype()})), to.constant(none)};
  }
  const bool has_bias = made->inputs.size() > 2 && made->inputs[2].defined();
  return {to.value(made->inputs[0]), to.value(made->inputs[1]),
          has_bias ? to.value(made->inputs[2]) : to.constant(none)};
}

/// ONNX's states are 0 where a row has ended. Ours stay there, and on the way back are still those
/// that the row begins with.
std::string with_stays(Exporter& to, const Call& call, const std::string& states,
                       const std::string& last) {
  const std::int64_t steps = call.shape(0)[0];
  check<Error>(!is_unknown(steps), "onnx: {} of lengths with an unknown number of steps",
               call.operation);
  const std::string number = to.constant(arange(0, steps, 1, {.dtype = int64}).view({steps, 1, 1}));
  const std::string length =
      to.node("Unsqueeze", {to.value(call.inputs[5], int64), to.integers({1})});
  const std::string goes_on = to.node("Less", {number, length});
  const std::string stays = call.flag("reverse") ? to.value(call.inputs[1]) : last;
  return to.node("Where", {goes_on, states, stays});
}

/// Inputs: gates, hidden, cells, weight, bias, lengths. The first result is all states.
Values recurrent(Exporter& to, const Call& call) {
  const Tensor& lengths = call.inputs[5];
  const Cell cell = cell_of(call.operation);
  const std::int64_t rows = call.shape(3)[0], size = call.shape(3)[1];
  const Outside outside = outside_of(to, call.inputs[0], rows);
  const Tensor& within = call.inputs[4];
  const std::string bias_within =
      within.defined() ? to.value(within) : to.constant(zeros({rows}, {.dtype = call.dtype()}));
  const std::string bias = to.node(
      "Concat", {in_order(to, cell, outside.bias, rows), in_order(to, cell, bias_within, rows)},
      {{"axis", std::int64_t{1}}});
  const auto state = [&](const Tensor& x) {
    return x.defined() ? to.node("Unsqueeze", {to.value(x), to.integers({0})}) : std::string();
  };
  std::vector<proto::Attribute> attributes{
      {"hidden_size", size},
      {"direction", std::string(call.flag("reverse") ? "reverse" : "forward")}};
  if (cell.type == "GRU") attributes.push_back({"linear_before_reset", std::int64_t{1}});
  if (call.find("nonlinearity") && call.text("nonlinearity") == "relu") {
    attributes.push_back({"activations", proto::Texts{"Relu"}});
  }
  const Values y = to.nodes(cell.type, lengths.defined() ? 2 : 1,
                            {outside.x, in_order(to, cell, outside.weight, rows),
                             in_order(to, cell, to.value(call.inputs[3]), rows), bias,
                             lengths.defined() ? to.value(lengths, int32) : std::string(),
                             state(call.inputs[1]), state(call.inputs[2])},
                            std::move(attributes));
  const std::string states = to.node("Squeeze", {y[0], to.integers({1})});
  return {lengths.defined() ? with_stays(to, call, states, y[1]) : states};
}

}  // namespace

void add_sequence_rules(Rules& rules) {
  rules["scaled_dot_product_attention"] = attention;
  rules["lstm"] = recurrent;
  rules["gru"] = recurrent;
  rules["rnn"] = recurrent;
}

}  // namespace tapegrad::onnx
