// Fused steps are what the operations are one by one, to the bit, for any number of threads.
#include <string>
#include <vector>

#include "support/captured.hpp"
#include "support/catch.hpp"
#include "support/cut.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/random.hpp"

namespace tapegrad {
namespace {

using Tensors = std::vector<Tensor>;

Tensor numbers(int seed, const Shape& shape, DType dtype = float32) {
  Generator generator(static_cast<std::uint64_t>(seed));
  return randn(shape, dtype, generator);
}

/// As check_captured(), and so many steps are fused.
void check_fused(const test::ManyToMany& f, const std::vector<Tensors>& lists, std::size_t groups) {
  for (const int threads : {1, 3}) {
    const test::Cut cut(threads, 5000);
    test::check_captured(f, lists);
  }
  const Program program = capture(f, std::vector<Feed>(lists[0].begin(), lists[0].end()));
  INFO(program.text());
  program.run(lists[0]);
  CHECK(program.stats().fused_steps == groups);
}

TEST_CASE("a chain of operations on elements is one step", "[program]") {
  const auto chain = [](const Tensors& x) {
    Tensor y = x[0];
    for (int i = 0; i < 5; ++i) y = tanh(y * 1.25) + x[1];
    return Tensors{y};
  };
  // Not a multiple of any piece, and lengths of one piece more or less.
  for (const std::int64_t n : {16'384, 20'001, 40'960, 100'003}) {
    INFO(n << " elements");
    check_fused(chain, {{numbers(1, {n}), numbers(2, {n})}, {numbers(3, {n}), numbers(4, {n})}}, 1);
  }
  check_fused(chain, {{numbers(1, {30'000}, float64), numbers(2, {30'000}, float64)}}, 1);
}

TEST_CASE("rows and numbers that all elements share are operands of a fused step", "[program]") {
  const auto f = [](const Tensors& x) {
    const Tensor y = exp(x[0] + x[1]) * x[2];
    return Tensors{y / (1 + y), where(y > 1, y, x[1])};
  };
  check_fused(f,
              {{numbers(1, {301, 129}), numbers(2, {129}), numbers(3, {})},
               {numbers(4, {301, 129}), numbers(5, {129}), numbers(6, {})}},
              1);
  check_fused(f, {{numbers(1, {3, 90, 129}), numbers(2, {1, 129}), numbers(3, {1})}}, 1);
}

TEST_CASE("what is read elsewhere leaves the fused step", "[program]") {
  check_fused(
      [](const Tensors& x) {
        const Tensor a = x[0] * 2;
        const Tensor b = exp(a);
        const Tensor c = b - a;
        return Tensors{a, c, b.sum(0), (c * c).mean()};
      },
      {{numbers(1, {200, 300})}, {numbers(2, {200, 300})}}, 1);
}

TEST_CASE("derivatives of chains are fused", "[program]") {
  check_fused(
      [](const Tensors& all) {
        const Tensor x = Tensor(all[0]).requires_grad_();
        const Tensor y = sigmoid(tanh(x * 3) - x);
        return Tensors{grad({nn::mse_loss(y, all[1])}, {x})[0]};
      },
      {{numbers(1, {50'000}), numbers(2, {50'000})}, {numbers(3, {50'000}), numbers(4, {50'000})}},
      1);
}

TEST_CASE("types may change within a fused step", "[program]") {
  check_fused(
      [](const Tensors& x) {
        const Tensor wide = x[0].to(float64) * 2;
        const Tensor mask = wide > x[1];
        return Tensors{where(mask, wide, 0).to(float32) + 1, mask};
      },
      {{numbers(1, {40'000}), numbers(2, {40'000})}}, 1);
}

TEST_CASE("slices of one tensor are operands of their own", "[program]") {
  check_fused(
      [](const Tensors& x) {
        const Tensor low = x[0].slice(0, 0, 40'000);
        const Tensor high = x[0].slice(0, 1, 40'001);
        return Tensors{(high - low) * (high + low)};
      },
      {{numbers(1, {40'001})}}, 1);
}

TEST_CASE("a part of what a step makes is no operand of the same step", "[program]") {
  check_fused(
      [](const Tensors& x) {
        const Tensor a = exp(x[0]) * 2;
        return Tensors{(a - a[0]) * a[3]};
      },
      {{numbers(1, {300, 200})}}, 2);
}

TEST_CASE("short chains, and what isn't done by elements, stay as they are", "[program]") {
  check_fused([](const Tensors& x) { return Tensors{exp(x[0] * 2) + 1}; }, {{numbers(1, {1000})}},
              0);
  check_fused([](const Tensors& x) { return Tensors{x[0].cumsum(0) * 2}; },
              {{numbers(1, {50'000})}}, 0);
}

}  // namespace
}  // namespace tapegrad
