// Programs that train: each step changes parameters and what optimizers remember as the captured
// function does, to the bit.
#include <cstdint>
#include <vector>

#include "program/batches.hpp"
#include "support/catch.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/optim/nadam.hpp"
#include "tapegrad/optim/rmsprop.hpp"
#include "tapegrad/optim/rprop.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/random.hpp"

namespace tapegrad {
namespace {

using test::batch;
using test::check_same;
using Tensors = std::vector<Tensor>;

struct Net : nn::Module {
  explicit Net(std::uint64_t seed) : generator(seed), drop(0.3, generator) {
    Generator at_first(seed);
    for (Tensor x : std::vector<Tensor>{first.weight, first.bias, last.weight, last.bias}) {
      const NoGrad guard;
      uniform_(x, -1, 1, at_first);
    }
  }
  Tensor forward(const Tensor& x) const { return last(drop(tanh(first(x)))); }
  void visit(nn::Visitor& v) override {
    v("first", first);
    v("drop", drop);
    v("last", last);
  }
  Generator generator;
  nn::Linear first{3, 5};
  nn::Dropout drop;
  nn::Linear last{5, 2};
};

/// Trains two equal models, one by itself and one by a program, with a change between the steps.
template <class MakeOptimizer>
void check_trains_alike(const MakeOptimizer& make) {
  Net eager(1);
  Net captured(1);
  auto of_eager = make(eager.parameters());
  auto of_captured = make(captured.parameters());
  const auto step_of = [](Net& net, optim::Optimizer& optimizer) {
    return [&net, &optimizer](const Tensor& x, const Tensor& y) {
      const Tensor loss = nn::mse_loss(net.forward(x), y);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      return loss;
    };
  };
  const auto step = step_of(eager, of_eager);
  const Program program = capture(step_of(captured, of_captured), {{8, 3}, {8, 2}});
  check_same(captured.parameters(), eager.parameters());  // capturing changes nothing
  for (int i = 0; i < 6; ++i) {
    if (i == 3) of_eager.set_lr(0.05);
    if (i == 3) of_captured.set_lr(0.05);
    const Tensor x = batch(10 + i);
    const Tensor y = batch(20 + i, {8, 2});
    INFO("step " << i << "\n" << program.text());
    check_same({program(x, y)}, {step(x, y)});
    check_same(captured.parameters(), eager.parameters());
    check_same({captured.first.weight.grad()}, {eager.first.weight.grad()});
  }
}

TEST_CASE("a program trains as the captured function does, to the bit", "[program]") {
  SECTION("SGD") {
    check_trains_alike([](const Tensors& p) { return optim::SGD(p, {.lr = 0.1}); });
  }
  SECTION("SGD with momentum") {
    check_trains_alike([](const Tensors& p) {
      return optim::SGD(p, {.lr = 0.1, .momentum = 0.9, .nesterov = true});
    });
  }
  SECTION("Adam") {
    check_trains_alike([](const Tensors& p) { return optim::Adam(p, {.lr = 0.1}); });
  }
  SECTION("AdamW with amsgrad") {
    check_trains_alike(
        [](const Tensors& p) { return optim::AdamW(p, {.lr = 0.1, .amsgrad = true}); });
  }
  SECTION("NAdam") {
    check_trains_alike([](const Tensors& p) { return optim::NAdam(p, {.lr = 0.1}); });
  }
  SECTION("RMSprop") {
    check_trains_alike([](const Tensors& p) {
      return optim::RMSprop(p, {.lr = 0.01, .momentum = 0.5, .centered = true});
    });
  }
  SECTION("Rprop") {
    check_trains_alike([](const Tensors& p) { return optim::Rprop(p, {.lr = 0.01}); });
  }
}

}  // namespace
}  // namespace tapegrad
