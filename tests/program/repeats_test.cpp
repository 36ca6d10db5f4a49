// What a function computes twice, a run computes once.
#include <functional>
#include <vector>

#include "support/captured.hpp"
#include "support/catch.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad {
namespace {

using Tensors = std::vector<Tensor>;

constexpr std::int64_t size = 3;

/// The program gives what the function does, and has so many steps less than the function.
void check_dropped(const std::function<Tensor(const Tensor&)>& f, std::size_t dropped) {
  const auto of_list = [&](const Tensors& x) { return Tensors{f(x[0])}; };
  test::check_captured(of_list, {{randn({size, size})}, {randn({size, size})}});
  const Program program = capture(f, {{size, size}});
  INFO(program.text());
  CHECK(program.stats().captured_steps - program.stats().steps == dropped);
}

TEST_CASE("what is computed twice is computed once", "[program]") {
  check_dropped([](const Tensor& x) { return exp(x) * sin(exp(x)); }, 1);
  check_dropped([](const Tensor& x) { return sin(exp(x)) / sin(exp(x)); }, 2);
  check_dropped([](const Tensor& x) { return x.sum(0, true) + x.sum(0, true).t(); }, 1);
  check_dropped([](const Tensor& x) { return matmul(x, x.t()) + exp(matmul(x, x.t())); }, 1);
}

TEST_CASE("another operation, or one of something else, is another", "[program]") {
  check_dropped([](const Tensor& x) { return exp(x) + sin(x); }, 0);
  check_dropped([](const Tensor& x) { return x.sum(0, true) + x.sum(1, true); }, 0);
  check_dropped([](const Tensor& x) { return x.cumsum(0) + x.cumsum(1); }, 0);
  check_dropped([](const Tensor& x) { return leaky_relu(x, 0.5) + leaky_relu(x, 0.25); }, 0);
  check_dropped([](const Tensor& x) { return exp(x) + exp(x.t()); }, 0);
  check_dropped([](const Tensor& x) { return exp(x.select(0, 0)) + exp(x.select(0, 1)); }, 0);
  check_dropped([](const Tensor& x) { return x / 2 + 2 / x; }, 0);
  check_dropped([](const Tensor& x) { return exp(x).sum() + exp(x.to(float64)).sum(); }, 0);
}

#if defined(__GNUC__) && !defined(__clang__)  // which clears what is between members
TEST_CASE("what a number is told to is computed once with the same number", "[program]") {
  check_dropped([](const Tensor& x) { return leaky_relu(x, 0.5) + exp(leaky_relu(x, 0.5)); }, 1);
  check_dropped([](const Tensor& x) { return x * 2 + exp(x * 2); }, 1);
  check_dropped([](const Tensor& x) { return x * 2 + exp(x * 3); }, 0);
}
#endif

TEST_CASE("what is written in between is read anew", "[program]") {
  check_dropped(
      [](const Tensor& x) {
        Tensor y = x.cumsum(0);
        const Tensor before = exp(y);
        y.add_(x);
        return before * exp(y);
      },
      0);
  // Through a view, too.
  check_dropped(
      [](const Tensor& x) {
        Tensor y = x.cumsum(0);
        const Tensor before = exp(y);
        y.select(0, 1).mul_(x.select(0, 0));
        return before * exp(y);
      },
      0);
  Tensor outside = ones({size, size});
  check_dropped(
      [&](const Tensor& x) {
        outside.fill_(1);
        const Tensor before = x * outside;
        outside.add_(x);
        return before * exp(x * outside);
      },
      0);
}

TEST_CASE("a result that changes is one of its own", "[program]") {
  check_dropped(
      [](const Tensor& x) {
        const Tensor kept = exp(x);
        Tensor changed = exp(x);
        changed.select(0, 1).zero_();
        return kept - changed;
      },
      0);
}

TEST_CASE("what an optimizer changed is read anew", "[program]") {
  Tensor w = ones({2}).requires_grad_();
  optim::SGD sgd({w}, {.lr = 0.5});
  const Program step = capture(
      [&](const Tensor& x) {
        sgd.zero_grad();
        const Tensor before = x * w;
        before.sum().backward();
        sgd.step();
        return before - x * w;
      },
      {{2}});
  CHECK(step(tensor({2.0f, 4.0f})).to_vector<float>() == std::vector{2.0f, 8.0f});
}

TEST_CASE("each draw is another", "[program]") {
  manual_seed(1);
  const auto apart = [](const std::function<Tensor(const Tensor&)>& draw) {
    const Program program = capture([&](const Tensor& x) { return draw(x) - draw(x); }, {{100}});
    return program(full({100}, 0.5)).abs().sum().item<float>();
  };
  CHECK(apart([](const Tensor& x) { return x + rand({100}); }) != 0);
  CHECK(apart([](const Tensor& x) { return x + randn({100}); }) != 0);
  CHECK(apart([](const Tensor& x) { return bernoulli(x); }) != 0);
  CHECK(apart([](const Tensor& x) { return nn::dropout(x, 0.5); }) != 0);
}

TEST_CASE("whoever asks for two results gets two", "[program]") {
  const Program program = capture(Program::Function([](const Tensors& x) {
                                    return Tensors{exp(x[0]), exp(x[0])};
                                  }),
                                  {{size}});
  Tensors twice = program.run({zeros({size})});
  twice[0].fill_(5);
  CHECK(twice[1].to_vector<float>() == std::vector<float>(size, 1));
}

TEST_CASE("derivatives of the same numbers are told apart", "[program]") {
  const auto slopes = [](const Tensors& x) {
    const Tensor a = x[0].detach().requires_grad_();
    const Tensor b = x[1].detach().requires_grad_();
    const Tensors g = grad({atan2(a, b).sum()}, {a, b});
    return Tensors{g[0] * a, g[1] * b};
  };
  test::check_captured(slopes, {{randn({size}), randn({size})}, {randn({size}), randn({size})}});
}

}  // namespace
}  // namespace tapegrad
