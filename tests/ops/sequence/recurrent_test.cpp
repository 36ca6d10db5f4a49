#include "tapegrad/ops/sequence/recurrent.hpp"

#include <cmath>
#include <vector>

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/sanitized.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using nn::RecurrentCell;
using test::spread;
using test::Tensors;

namespace {

std::vector<test::Refusal> refusals() {
  const auto call = [](RecurrentCell cell, const Shape& gates, const Shape& hidden,
                       const Shape& weight, const nn::RecurrentOptions& options = {}) {
    return [=] { nn::recurrent(cell, zeros(gates), zeros(hidden), {}, zeros(weight), options); };
  };
  constexpr RecurrentCell gru = RecurrentCell::gru;
  return {
      {"recurrent: gates are [2, 3, 4], hidden is [3, 2], weight is [6, 2]; they need [steps, "
       "batch, 3 size], [batch, size] and [3 size, size]",
       call(gru, {2, 3, 4}, {3, 2}, {6, 2})},
      {"recurrent: gates are [0, 3, 6]; a sequence has at least one step",
       call(gru, {0, 3, 6}, {3, 2}, {6, 2})},
      {"recurrent: cells are undefined; an lstm needs them",
       call(RecurrentCell::lstm, {2, 3, 8}, {3, 2}, {8, 2})},
      {"recurrent: bias has shape [5]; it needs [6]",
       call(gru, {2, 3, 6}, {3, 2}, {6, 2}, {.bias = zeros({5})})},
      {"recurrent: a bias beside the state is for a gru",
       call(RecurrentCell::rnn_tanh, {2, 3, 2}, {3, 2}, {2, 2}, {.bias = zeros({2})})},
      {"recurrent: lengths are [2]; they need one for each of 3 rows",
       call(gru, {2, 3, 6}, {3, 2}, {6, 2}, {.lengths = tensor({1, 1})})},
      {"recurrent: lengths are float32; use integers",
       call(gru, {2, 3, 6}, {3, 2}, {6, 2}, {.lengths = zeros({3})})},
      {"recurrent: the length of row 2 is 3; it must lie in [1, 2], the steps",
       call(gru, {2, 3, 6}, {3, 2}, {6, 2}, {.lengths = tensor({1, 2, 3})})},
      {"recurrent: RecurrentCell(9) is no cell",
       call(static_cast<RecurrentCell>(9), {2, 3, 6}, {3, 2}, {6, 2})},
      {"recurrent: gates are float32, hidden is float64, weight is float32; convert them with to()",
       [] {
         nn::recurrent(RecurrentCell::rnn_tanh, zeros({2, 3, 2}), zeros({3, 2}, {.dtype = float64}),
                       {}, zeros({2, 2}));
       }},
  };
}

/// Inputs: gates, hidden, weight and, of an lstm, cells, of a gru a bias.
test::OpRow row(std::string_view name, RecurrentCell cell, const nn::RecurrentOptions& given = {}) {
  const bool is_lstm = cell == RecurrentCell::lstm, is_gru = cell == RecurrentCell::gru;
  const std::int64_t count = is_lstm ? 4 : is_gru ? 3 : 1;
  test::OpRow made{.name = name,
                   .f =
                       [=](const Tensors& x) {
                         nn::RecurrentOptions options = given;
                         if (is_gru) options.bias = x[3];
                         const auto all = nn::recurrent(cell, x[0], x[1], is_lstm ? x[3] : Tensor(),
                                                        x[2], options);
                         // One number: some elements hardly depend on some inputs.
                         return sum(is_lstm ? all.states - all.cells : all.states);
                       },
                   .inputs = {{{2, 2, 2 * count}, -1, 1}, {{2, 2}, -1, 1}, {{2 * count, 2}, -1, 1}},
                   .empty_inputs = {{2, 0, 2 * count}, {0, 2}, {2 * count, 2}},
                   .empty_result = {},
                   .refuses = refusals(),
                   .float32_tolerance = 6e-6,
                   .narrow_roundings = 30,
                   .no_third_order = "made of public operations from the second on"};
  if (is_lstm) {
    made.inputs.push_back({{2, 2}, -1, 1});
    made.empty_inputs.push_back({0, 2});
  }
  if (is_gru) {
    made.inputs.push_back({{6}, -1, 1});
    made.empty_inputs.push_back({6});
  }
  return made;
}

}  // namespace

TEST_CASE("recurrent cells have their derivatives", "[ops][table]") {
  test::check_rows({row("rnn", RecurrentCell::rnn_tanh), row("gru", RecurrentCell::gru),
                    row("lstm", RecurrentCell::lstm, {.reverse = true})});
}

TEST_CASE("a cell's derivatives are right in both directions and with lengths",
          "[ops][recurrent]") {
  for (const RecurrentCell cell : {RecurrentCell::rnn_tanh, RecurrentCell::rnn_relu,
                                   RecurrentCell::gru, RecurrentCell::lstm}) {
    for (const bool reverse : {false, true}) {
      CAPTURE(static_cast<int>(cell), reverse);
      const test::OpRow row = ::row("", cell, {.reverse = reverse, .lengths = tensor({1, 2})});
      Tensors x;
      for (const test::Input& in : row.inputs) {
        x.push_back(spread(in.shape, in.low, in.high, static_cast<int>(x.size())).requires_grad_());
      }
      // What lies behind a length has a slope of 0, of which differences have no digit.
      CHECK(gradcheck(row.f, x, {.order = test::fewer(2, 1), .accept_inconclusive = true}));
    }
  }
}

TEST_CASE("a cell's recorded gradients are those of its loops, at sizes of which no two agree",
          "[ops][recurrent]") {
  for (const RecurrentCell cell :
       {RecurrentCell::rnn_tanh, RecurrentCell::gru, RecurrentCell::lstm}) {
    CAPTURE(static_cast<int>(cell));
    const std::int64_t gates = cell == RecurrentCell::lstm ? 4 : cell == RecurrentCell::gru ? 3 : 1;
    const auto input = [](const Shape& shape, int seed) {
      return spread(shape, -1, 1, seed).requires_grad_();
    };
    const Tensors x = {input({3, 2, 5 * gates}, 0), input({2, 5}, 1), input({5 * gates, 5}, 2)};
    const Tensor cells = gates == 4 ? spread({2, 5}, -1, 1, 3) : Tensor();
    const Tensor y = sum(square(nn::recurrent(cell, x[0], x[1], cells, x[2]).states));
    const Tensors loops = grad({y}, x, {.retain_graph = true});
    const Tensors recorded = grad({y}, x, {.create_graph = true});
    for (std::size_t i = 0; i < x.size(); ++i) {
      CHECK(test::difference(recorded[i], loops[i], 1e-12, 1e-14) == "");
    }
  }
}

TEST_CASE("an lstm does what its equations say", "[ops][recurrent]") {
  const Tensor gates = spread({2, 1, 4}, -1, 1), weight = spread({4, 1}, -1, 1, 1);
  const auto a = gates.to_vector<double>(), w = weight.to_vector<double>();
  double h = 0.3, c = -0.7;
  std::vector<double> states, cells;
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  for (std::size_t t = 0; t < 2; ++t) {
    const auto sum = [&](std::size_t k) { return a[4 * t + k] + w[k] * h; };
    const double o = sigmoid(sum(3));
    c = sigmoid(sum(1)) * c + sigmoid(sum(0)) * std::tanh(sum(2));
    h = o * std::tanh(c);
    states.push_back(h);
    cells.push_back(c);
  }
  const auto [s, d] =
      nn::recurrent(RecurrentCell::lstm, gates, full({1, 1}, 0.3, {.dtype = float64}),
                    full({1, 1}, -0.7, {.dtype = float64}), weight);
  CHECK(test::difference(s.flatten(), Tensor::from_vector(std::move(states)), 1e-14, 1e-16) == "");
  CHECK(test::difference(d.flatten(), Tensor::from_vector(std::move(cells)), 1e-14, 1e-16) == "");
}

TEST_CASE("a gradient of cells alone flows back, and far gates saturate", "[ops][recurrent]") {
  const Tensor gates = full({2, 1, 4}, 1000.0).requires_grad_();
  const auto all =
      nn::recurrent(RecurrentCell::lstm, gates, zeros({1, 1}), ones({1, 1}), zeros({4, 1}));
  // Each step adds 1 to the cell.
  CHECK(all.cells.flatten().to_vector<double>() == std::vector<double>{2, 3});
  const Tensor g = grad({sum(all.cells)}, {gates})[0];
  CHECK(equal(g, zeros({2, 1, 4})));
  const auto low =
      nn::recurrent(RecurrentCell::lstm, gates * -1, zeros({1, 1}), ones({1, 1}), zeros({4, 1}));
  CHECK(low.cells.flatten().to_vector<double>() == std::vector<double>{0, 0});
}

TEST_CASE("rows of a large batch go their own way", "[ops][recurrent]") {
  // More rows than a block has.
  const Tensor gates = spread({3, 70, 6}, -1, 1), hidden = spread({70, 2}, -1, 1, 1);
  const Tensor weight = spread({6, 2}, -1, 1, 2);
  const Tensor all = nn::recurrent(RecurrentCell::gru, gates, hidden, {}, weight).states;
  const Tensor some = nn::recurrent(RecurrentCell::gru, gates.narrow(1, 60, 10),
                                    hidden.narrow(0, 60, 10), {}, weight)
                          .states;
  CHECK(test::difference(all.narrow(1, 60, 10), some, 1e-15, 1e-16) == "");
}
