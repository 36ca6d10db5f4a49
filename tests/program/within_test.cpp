// What a captured function may have within it: other programs, gradients, hooks, checkpoints and
// operations of the user's.
#include <vector>

#include "program/batches.hpp"
#include "support/captured.hpp"
#include "support/catch.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/checkpoint.hpp"
#include "tapegrad/custom.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/random.hpp"

namespace tapegrad {
namespace {

using test::batch;
using Tensors = std::vector<Tensor>;

TEST_CASE("a function that is captured within another becomes a part of it", "[program]") {
  const Program square = capture([](const Tensor& x) { return x * x; }, {{2}});
  const Program both = capture([&](const Tensor& x) { return square(x) + 1; }, {{2}});
  CHECK(both(tensor({2.0f, 3.0f})).to_vector<float>() == std::vector{5.0f, 10.0f});
  CHECK(both.stats().captured_steps == 2);
}

TEST_CASE("gradients of gradients are captured", "[program]") {
  test::check_captured(
      [](const Tensors& all) {
        const Tensor x = Tensor(all[0]).requires_grad_();
        const Tensor y = (x * x * x).sum();
        const Tensor g = grad({y}, {x}, {.create_graph = true})[0];
        return Tensors{g, grad({(g * g).sum()}, {x})[0]};
      },
      {{batch(1)}, {batch(2)}});
}

TEST_CASE("hooks and checkpoints within a captured function are a part of it", "[program]") {
  test::check_captured(
      [](const Tensors& all) {
        const Tensor x = Tensor(all[0]).requires_grad_();
        const Tensor h = checkpoint([](const Tensor& t) { return tanh(t) * t; }, x);
        h.register_hook([](const Tensor& g) { return g * 3; });
        h.sum().backward();
        return Tensors{x.grad()};
      },
      {{batch(1)}, {batch(2)}});
}

TEST_CASE("an operation of the user's is captured if it is made of operations", "[program]") {
  const auto cube = custom(
      "cube", [](const Tensor& x) { return x * x * x; },
      [](const Tensor& x, const Tensor&, const Tensor& g) { return g * 3 * x * x; });
  test::check_captured(
      [&](const Tensors& all) {
        const Tensor x = Tensor(all[0]).requires_grad_();
        const Tensor y = cube(x);
        return Tensors{y, grad({y.sum()}, {x})[0]};
      },
      {{batch(1)}, {batch(2)}});
}

}  // namespace
}  // namespace tapegrad
