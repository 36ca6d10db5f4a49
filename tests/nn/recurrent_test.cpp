#include "tapegrad/nn/recurrent.hpp"

#include <cmath>
#include <limits>

#include "nn/sequence_cases.hpp"
#include "support/errors.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/init.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/print.hpp"
#include "tapegrad/program.hpp"

using namespace tapegrad;
using test::Tensors;

namespace {

Tensor state(std::int64_t count, int seed, std::int64_t batch = 3) {
  return test::spread({count, batch, 5}, -1, 1, seed);
}

/// Inputs are x, h0 and c0, as far as they are there.
template <class Network>
void check_network(const std::string& name, Network network, const Tensors& inputs,
                   const Tensor& lengths = {}) {
  test::check_case(name, network, inputs, [&](const Tensors& x) {
    nn::RecurrentArguments arguments{.lengths = lengths};
    if (x.size() > 1) arguments.h0 = x[1];
    if (x.size() > 2) arguments.c0 = x[2];
    const auto all = network(x[0], arguments);
    if constexpr (requires { all.c_n; }) {
      return Tensors{all.output, all.h_n, all.c_n};
    } else {
      return Tensors{all.output, all.h_n};
    }
  });
}

}  // namespace

TEST_CASE("recurrent networks and their gradients are torch's", "[nn][recurrent]") {
  const Tensor x = test::queries();
  check_network("rnn", nn::RNN(6, 5), {x});
  check_network("rnn of two layers",
                nn::RNN(6, 5, {.num_layers = 2, .nonlinearity = "relu", .bidirectional = true}),
                {x, state(4, 1)}, tensor({2, 4, 3}));
  check_network("gru", nn::GRU(6, 5), {x, state(1, 1)});
  check_network(
      "gru of two layers",
      nn::GRU(6, 5, {.num_layers = 2, .bias = false, .batch_first = true, .bidirectional = true}),
      {x, state(4, 1, 4)}, tensor({2, 3, 1, 3}));
  check_network("lstm", nn::LSTM(6, 5), {x, state(1, 1), state(1, 2)});
  check_network("lstm of two layers", nn::LSTM(6, 5, {.num_layers = 2, .bidirectional = true}),
                {x, state(4, 1), state(4, 2)}, tensor({2, 4, 1}));
  check_network("lstm without a batch", nn::LSTM(6, 5, {.bias = false}), {x.select(1, 0)});
}

TEST_CASE("recurrent cells and their gradients are torch's", "[nn][recurrent]") {
  const Tensor x = test::queries()[0], h = state(1, 1)[0], c = state(1, 2)[0];
  nn::RNNCell rnn(6, 5);
  test::check_case("rnn cell", rnn, {x, h},
                   [&](const Tensors& in) { return Tensors{rnn(in[0], in[1])}; });
  nn::GRUCell gru(6, 5);
  test::check_case("gru cell", gru, {x, h},
                   [&](const Tensors& in) { return Tensors{gru(in[0], in[1])}; });
  nn::LSTMCell lstm(6, 5);
  test::check_case("lstm cell", lstm, {x, h, c}, [&](const Tensors& in) {
    const auto next = lstm(in[0], {in[1], in[2]});
    return Tensors{next.h, next.c};
  });
  CHECK(test::difference(gru(x[1], h[1]), gru(x, h)[1], 1e-14, 1e-15) == "");
  CHECK(test::difference(lstm(x[1]).c, lstm(x).c[1], 1e-14, 1e-15) == "");
}

TEST_CASE("a row of its own length is what it is alone", "[nn][recurrent]") {
  const Tensor x = test::queries();
  nn::LSTM lstm(6, 5, {.num_layers = 2, .bidirectional = true, .dtype = float64});
  const auto all = lstm(x, {.lengths = tensor({2, 4, 3})});
  for (const std::int64_t row : {0, 1, 2}) {
    const std::int64_t length = std::vector<std::int64_t>{2, 4, 3}[static_cast<std::size_t>(row)];
    const auto alone = lstm(x.select(1, row).narrow(0, 0, length));
    const Tensor output = all.output.select(1, row);
    CHECK(test::difference(output.narrow(0, 0, length), alone.output, 1e-13, 1e-15) == "");
    CHECK(equal(output.narrow(0, length, 4 - length), zeros({4 - length, 10}, {.dtype = float64})));
    CHECK(test::difference(all.h_n.select(1, row), alone.h_n, 1e-13, 1e-15) == "");
    CHECK(test::difference(all.c_n.select(1, row), alone.c_n, 1e-13, 1e-15) == "");
  }
}

// As torch has it of packed sequences, which don't hold what is behind a row's end.
TEST_CASE("what stands behind a row's end may be NaN or infinite", "[nn][recurrent]") {
  const auto check_same = [](auto network) {
    const auto run = [&](double padding) {
      Tensor x = test::queries().transpose(0, 1).clone();
      x.select(0, 0).narrow(0, 2, 2).fill_(padding);
      x.requires_grad_();
      const auto y = network(x, {.lengths = tensor({2, 4, 3})});
      const Tensor gx = grad({sum(square(y.output))}, {x}, {.create_graph = true})[0];
      Tensors all{y.output, y.h_n, gx};
      const Tensors leaves = network.parameters();
      for (const Tensor& g : grad({sum(square(y.output))}, leaves, {.retain_graph = true})) {
        all.push_back(g);
      }
      for (const Tensor& g : grad({sum(square(gx))}, leaves)) all.push_back(g);
      return all;
    };
    const Tensors wanted = run(0);
    for (const double padding : {NAN, INFINITY}) {
      const Tensors got = run(padding);
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        INFO(padding << ", tensor " << i);
        CHECK(equal(got[i], wanted[i]));
      }
    }
  };
  const nn::RecurrentLayerOptions layers{
      .num_layers = 2, .batch_first = true, .bidirectional = true, .dtype = float64};
  check_same(nn::GRU(6, 5, layers));
  check_same(nn::LSTM(6, 5, {.batch_first = true, .bidirectional = true, .dtype = float64}));
  check_same(nn::RNN(6, 5, {.batch_first = true, .dtype = float64}));
}

TEST_CASE("recurrent networks drop between layers while training", "[nn][recurrent]") {
  nn::GRU gru(6, 5, {.num_layers = 2, .dropout = 1, .dtype = float64});
  const Tensor x = test::queries();
  const Tensor dropped = gru(x).output;
  CHECK(test::difference(dropped, gru(x * 2).output, 1e-15, 1e-16) == "");
  gru.eval();
  CHECK(test::difference(dropped, gru(x).output, 1e-15, 1e-16) != "");
}

TEST_CASE("recurrent networks print and begin as torch's", "[nn][recurrent]") {
  nn::LSTM lstm(3, 64, {.num_layers = 2, .bidirectional = true});
  CHECK(to_string(lstm) == "LSTM(3, 64, num_layers=2, bidirectional=True)");
  CHECK(to_string(nn::GRUCell(3, 4, {.bias = false})) == "GRUCell(3, 4, bias=False)");
  CHECK(lstm.directions[2].weight_ih.shape() == Shape{256, 128});
  CHECK(lstm.state_dict().contains("weight_hh_l1_reverse"));
  for (const Tensor& p : lstm.parameters()) {
    const double largest = amax(abs(p), Dims{}).item<double>();
    CHECK((largest <= 0.125 && largest > 0.12));
  }
  nn::LSTM copy = lstm;
  const Tensor weight = copy.directions[0].weight_ih;
  CHECK(!weight.is_same(lstm.directions[0].weight_ih));
  nn::init::zeros_(weight);
  copy = lstm;
  CHECK(equal(weight, lstm.directions[0].weight_ih));
}

TEST_CASE("a batch of no rows has no states", "[nn][recurrent]") {
  nn::LSTM lstm(6, 5);
  const auto none = lstm(zeros({4, 0, 6}));
  CHECK(none.output.shape() == Shape{4, 0, 5});
  CHECK(none.c_n.shape() == Shape{1, 0, 5});
  sum(none.output).backward();
  CHECK(equal(lstm.directions[0].weight_hh.grad(), zeros({20, 5})));
}

TEST_CASE("recurrent networks refuse what doesn't fit, and say what it was", "[nn][recurrent]") {
  constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  nn::LSTM lstm(6, 5);
  nn::GRU gru(6, 5);
  nn::RNNCell cell(6, 5);
  const Tensor x = zeros({4, 3, 6});
  const std::vector<std::pair<std::function<void()>, std::string>> refusals = {
      {[] { nn::RNN(6, 5, {.nonlinearity = "gelu"}); },
       "RNN: nonlinearity is 'gelu'; use 'tanh' or 'relu'"},
      {[] { nn::LSTM(6, 5, {.proj_size = 5}); },
       "LSTM: proj_size is 5; it lies below the hidden_size, 5, or is 0"},
      {[] { nn::GRU(6, 0); }, "GRU: input_size is 6, hidden_size is 0; sizes are positive"},
      {[] { nn::LSTM(3, largest / 2); },
       "LSTM: more than 64 bits count: 4611686018427387903 times 4611686018427387903"},
      {[] { nn::RNN(largest / 2, 3); },
       "RNN: more than 64 bits count: 3 times 4611686018427387903"},
      {[] { nn::GRUCell(3, largest / 2); },
       "GRUCell: more than 64 bits count: 3 times 4611686018427387903"},
      {[] { nn::GRU(6, 5, {.num_layers = largest}); },
       "GRU: more than 64 bits count: 9223372036854775807 times 25"},
      {[] { nn::GRU(6, 5, {.num_layers = largest, .bidirectional = true}); },
       "GRU: more than 64 bits count: 9223372036854775807 times 2"},
      {[] { nn::GRU(6, 5, {.num_layers = 0}); }, "GRU: 0 layers; there is at least one"},
      {[] { nn::GRU(6, 5, {.dropout = -1}); }, "GRU: dropout is -1; a probability lies in [0, 1]"},
      {[] { nn::LSTM(6, 5, {.dtype = int64}); }, "LSTM: int64 parameters; use float32 or float64"},
      {[&] {
         lstm(zeros({4, 3, 5}));
       },
       "LSTM: input is [4, 3, 5]; it needs [steps, batch, 6], or no batch"},
      {[&] {
         lstm(zeros({0, 3, 6}));
       },
       "LSTM: input is [0, 3, 6]; a sequence has at least one step"},
      {[&] { lstm(x.to(float64)); },
       "LSTM: input is float64, the weights are float32; convert one with to()"},
      {[&] {
         lstm(x, {.h0 = zeros({1, 3, 4})});
       },
       "LSTM: h0 is [1, 3, 4]; it needs [1, 3, 5]"},
      {[&] {
         gru(x, {.c0 = zeros({1, 3, 5})});
       },
       "GRU: c0 has shape [1, 3, 5], but only an LSTM has cells"},
      {[&] {
         gru(x, {.lengths = tensor({1, 2})});
       },
       "GRU: lengths are [2]; they need one for each of 3 rows"},
      {[&] { gru(x, {.lengths = zeros({3})}); }, "GRU: lengths are float32; use integers"},
      {[&] {
         gru(x, {.lengths = tensor({4, 0, 1})});
       },
       "recurrent: the length of row 1 is 0; it must lie in [1, 4], the steps"},
      {[&] {
         cell(zeros({3, 5}));
       },
       "RNNCell: input is [3, 5]; it needs [batch, 6] or [6]"},
      {[&] {
         cell(zeros({3, 6}), zeros({3, 6}));
       },
       "RNNCell: hidden is [3, 6]; it needs [3, 5]"},
  };
  for (const auto& [call, message] : refusals) CHECK(test::error_of(call) == message);
}

TEST_CASE("lengths are those of steps, also of projected and captured networks",
          "[nn][recurrent]") {
  const Tensor x = zeros({4, 2, 6});
  for (const std::int64_t proj_size : {0, 3}) {
    const nn::LSTM lstm(6, 5, {.proj_size = proj_size});
    const auto run = [&](const Tensor& lengths) { return lstm(x, {.lengths = lengths}).output; };
    const Program program = capture(run, {{{2}, int64}});
    for (const std::int64_t length : {9, -1, 0}) {
      const std::string message = "recurrent: the length of row 0 is " + std::to_string(length) +
                                  "; it must lie in [1, 4], the steps";
      const Tensor lengths = tensor({length, std::int64_t{3}});
      CHECK(test::error_of([&] { run(lengths); }) == message);
      CHECK(test::contains(test::error_of([&] { program(lengths); }), message));
    }
    CHECK(equal(program(tensor({4, 1})), run(tensor({4, 1}))));
  }
}
