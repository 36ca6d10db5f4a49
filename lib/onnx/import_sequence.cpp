// ONNX's recurrent networks.
#include <algorithm>
#include <cctype>

#include "onnx/importer.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/sequence.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad::onnx {
namespace {

using nn::RecurrentCell;
using proto::Integers;

/// A cell of ours, and which of the operator's gates each of its gates is.
struct Cell {
  RecurrentCell kind;
  std::vector<std::int64_t> gates;
  /// Its activations, which are what the operator takes unless it is told others.
  proto::Texts activations;
};

/// Those of each direction are the cell's, in any case of letters.
bool has_activations(const proto::Texts& told, const proto::Texts& own) {
  for (std::size_t i = 0; i < told.size(); ++i) {
    const std::string& wanted = own[i % own.size()];
    const bool same = std::ranges::equal(told[i], wanted, [](unsigned char a, unsigned char b) {
      return std::tolower(a) == std::tolower(b);
    });
    if (!same) return false;
  }
  return true;
}

/// The rows of each gate in our order.
Tensor in_order(const Tensor& rows, const Cell& cell) {
  const auto count = static_cast<std::int64_t>(cell.gates.size());
  if (count == 1) return rows;
  const std::vector<Tensor> parts = chunk(rows, count, 0);
  std::vector<Tensor> turned;
  for (const std::int64_t gate : cell.gates)
    turned.push_back(parts[static_cast<std::size_t>(gate)]);
  return cat(turned, 0);
}

/// One direction of a layer.
struct Way {
  const Ask& ask;
  const Cell& cell;
  Tensor x, lengths;
  std::int64_t number;
  bool reverse;

  Tensor weight(std::size_t input) const { return in_order(ask.x(input).select(0, number), cell); }
  Tensor state(std::size_t input, std::int64_t size) const {
    if (ask.has(input)) return ask.x(input).select(0, number);
    return zeros({x.size(1), size}, {.dtype = x.dtype()});
  }
  nn::RecurrentSteps steps() const {
    const Tensor inside = weight(2);
    const std::int64_t rows = inside.size(0), size = inside.size(1);
    Tensor outer, inner;
    if (ask.has(3)) {
      const std::vector<Tensor> both = chunk(ask.x(3).select(0, number), 2, 0);
      outer = in_order(both[0], cell);
      inner = in_order(both[1], cell);
    }
    const bool is_gru = cell.kind == RecurrentCell::gru;
    if (inner.defined() && !is_gru) outer = outer + inner;
    if (outer.defined() && outer.size(0) != rows) ask.refuse("biases don't fit the weights");
    return nn::recurrent(
        cell.kind, nn::linear(x, weight(1), outer), state(5, size),
        cell.kind == RecurrentCell::lstm ? state(6, size) : Tensor(), inside,
        {.reverse = reverse, .bias = is_gru ? inner : Tensor(), .lengths = lengths});
  }
};

/// Y, the last states and, of an LSTM, the last cells.
Tensors run(const Ask& ask, const Cell& cell) {
  if (ask.integer("layout", 0) != 0) ask.refuse("layout 1 is not supported");
  if (ask.has(7)) ask.refuse("peepholes are not supported");
  const std::string direction = ask.text("direction", "forward");
  const std::int64_t ways = direction == "bidirectional" ? 2 : 1;
  ask.find("hidden_size");  // the weights have it
  if (!has_activations(ask.texts("activations"), cell.activations)) {
    ask.refuse("other activations than the usual ones are not supported");
  }
  const Tensor lengths = ask.has(4) ? ask.x(4).to(int64) : Tensor();
  const Tensor& x = ask.x(0);
  if (x.dim() != 3 || ask.x(1).dim() != 3 || ask.x(2).dim() != 3 || ask.x(1).size(0) != ways) {
    ask.refuse(fmt::format("inputs of shapes {}, {} and {}", x.shape(), ask.x(1).shape(),
                           ask.x(2).shape()));
  }
  std::vector<Tensor> all, last, cells;
  for (std::int64_t number = 0; number < ways; ++number) {
    const bool reverse = direction == "reverse" || number == 1;
    const nn::RecurrentSteps steps = Way{ask, cell, x, lengths, number, reverse}.steps();
    const std::int64_t end = reverse ? 0 : x.size(0) - 1;
    last.push_back(steps.states.select(0, end));
    if (steps.cells.defined()) cells.push_back(steps.cells.select(0, end));
    Tensor states = steps.states;
    if (lengths.defined()) {
      const Tensor there = (arange(x.size(0)).unsqueeze(1) < lengths).unsqueeze(2);
      states = where(there, states, 0);
    }
    all.push_back(states);
  }
  Tensors results{stack(all, 1), stack(last, 0)};
  if (!cells.empty()) results.push_back(stack(cells, 0));
  return results;
}

Tensors gru(const Ask& ask) {
  if (ask.integer("linear_before_reset", 0) == 0) {
    ask.refuse(
        "without linear_before_reset it isn't supported: PyTorch and cuDNN compute it with that");
  }
  return run(ask, {RecurrentCell::gru, {1, 0, 2}, {"Sigmoid", "Tanh"}});
}

Tensors rnn(const Ask& ask) {
  const proto::Texts told = ask.texts("activations");
  const bool is_relu = !told.empty() && has_activations(told, {"Relu"});
  if (is_relu) return run(ask, {RecurrentCell::rnn_relu, {0}, {"Relu"}});
  return run(ask, {RecurrentCell::rnn_tanh, {0}, {"Tanh"}});
}

Tensors lstm(const Ask& ask) {
  return run(ask, {RecurrentCell::lstm, {0, 2, 3, 1}, {"Sigmoid", "Tanh", "Tanh"}});
}

}  // namespace

void add_sequence_operators(Operators& all) {
  all["LSTM"] = lstm;
  all["GRU"] = gru;
  all["RNN"] = rnn;
}

}  // namespace tapegrad::onnx
