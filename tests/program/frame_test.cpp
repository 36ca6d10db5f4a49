// Frames: what runs of one plan that go on at the same time have each for itself.
#include "program/frame.hpp"

#include <vector>

#include "autograd/apply.hpp"
#include "support/catch.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/random.hpp"

namespace tapegrad {
namespace {

using Tensors = std::vector<Tensor>;

Plan plan_of(const Program::Function& f, const Shape& shape) {
  return Plan(capture_steps(f, {Meta{float32, shape}}));
}

TEST_CASE("two frames of a plan share no memory", "[program]") {
  const Plan plan = plan_of(
      [](const Tensors& x) {
        const Tensor h = x[0].sum(0);  // lies in the arena
        return Tensors{h * 2 + x[0]};
      },
      {2, 3});
  CHECK(plan.changes_nothing());
  CHECK(plan.arena_bytes() > 0);
  Frame one(plan), other(plan);
  const Tensor a = full({2, 3}, 1.0), b = full({2, 3}, 5.0);
  const Tensors of_a{a}, of_b{b};
  one.run(pointers_to(of_a));
  other.run(pointers_to(of_b));
  CHECK(one.results()[0].to_vector<float>() == std::vector<float>(6, 5.0f));
  CHECK(other.results()[0].to_vector<float>() == std::vector<float>(6, 25.0f));
  CHECK_FALSE(one.results()[0].shares_storage_with(other.results()[0]));
}

TEST_CASE("a result that somebody let go of is used again, unless it isn't what it was",
          "[program]") {
  const Plan plan = plan_of([](const Tensors& x) { return Tensors{x[0] * 2}; }, {3});
  Frame frame(plan);
  const Tensors x{full({3}, 1.0)};
  const auto next = [&] {
    frame.run(pointers_to(x));
    return frame.results()[0];
  };
  const TensorImpl* const first = next().impl();
  CHECK(next().impl() == first);
  const Tensor kept = next();
  CHECK(kept.impl() == first);
  const TensorImpl* const second = next().impl();
  CHECK(second != first);
  CHECK(next().impl() == second);
  next().named("mine");
  CHECK(next().impl()->label == nullptr);
  next().requires_grad_();
  CHECK_FALSE(next().requires_grad());
  const Tensor w = full({3}, 3.0).requires_grad_();
  next().mul_(w);
  CHECK_FALSE(next().requires_grad());
  CHECK(next().to_vector<float>() == std::vector<float>(3, 2.0f));
  CHECK(kept.to_vector<float>() == std::vector<float>(3, 2.0f));
}

TEST_CASE("a plan knows whether its runs change anything", "[program]") {
  const Tensor w = ones({3}).requires_grad_();
  Tensor buffer = ones({3});
  Generator generator;
  const auto changes = [](const Program::Function& f) {
    return !plan_of(f, {3}).changes_nothing();
  };
  CHECK_FALSE(changes([&](const Tensors& x) { return Tensors{x[0] * w}; }));
  CHECK(changes([&](const Tensors& x) {
    (x[0] * w).sum().backward();
    return Tensors{};
  }));
  CHECK(changes([&](const Tensors& x) {
    buffer.add_(x[0]);
    return Tensors{};
  }));
  CHECK(changes([&](const Tensors& x) { return Tensors{x[0] + rand({3}, {}, generator)}; }));
}

}  // namespace
}  // namespace tapegrad
