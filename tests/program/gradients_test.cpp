// What runs do to the gradients of leaves that were there before.
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad {
namespace {

TEST_CASE("a gradient that the function changes in place is the changed one", "[program]") {
  Tensor w = ones({3}).requires_grad_();
  optim::SGD sgd({w}, {.lr = 1});
  const Program step = capture(
      [&](const Tensor& x) {
        sgd.zero_grad();
        (w * x).sum().backward();
        w.grad().mul_(0.25);
        sgd.step();
      },
      {{3}});
  step(ones({3}));
  const float* first = w.grad().data<float>();
  step(ones({3}));
  CHECK(w.grad().data<float>() == first);  // nobody kept the first one
  CHECK(w.grad().to_vector<float>() == std::vector<float>(3, 0.25f));
  CHECK(w.detach().to_vector<float>() == std::vector<float>(3, 0.5f));
}

TEST_CASE("a gradient that was converted between runs comes back as it was captured", "[program]") {
  Tensor w = ones({3}).requires_grad_();
  const Program step = capture(
      [&](const Tensor& x) {
        w.set_grad({});
        (w * x).sum().backward();
      },
      {{3}});
  step(ones({3}));
  w.grad().to_(float64);
  step(ones({3}));
  CHECK(w.grad().dtype() == float32);
  CHECK(w.grad().to_vector<float>() == std::vector<float>(3, 1.0f));
}

TEST_CASE("a gradient that somebody kept stays as it is when a program runs again", "[program]") {
  Tensor w = tensor({1.0f, 2.0f}).requires_grad_();
  const Program step = capture(
      [&](const Tensor& x) {
        w.set_grad({});
        (w * x).sum().backward();
      },
      {{2}});
  step(tensor({3.0f, 4.0f}));
  const Tensor kept = w.grad();
  step(tensor({5.0f, 6.0f}));
  CHECK(kept.to_vector<float>() == std::vector{3.0f, 4.0f});
  CHECK(w.grad().to_vector<float>() == std::vector{5.0f, 6.0f});
}

TEST_CASE("a gradient that somebody took from the leaf is theirs", "[program]") {
  Tensor w = tensor({1.0f, 2.0f}).requires_grad_();
  optim::SGD sgd({w}, {.lr = 0.5});
  const Program step = capture(
      [&](const Tensor& x) {
        sgd.zero_grad();
        (w * x).sum().backward();
        sgd.step();
      },
      {{2}});
  step(tensor({3.0f, 4.0f}));
  step(tensor({3.0f, 4.0f}));
  const Tensor taken = w.grad();
  w.set_grad({});
  step(tensor({5.0f, 6.0f}));
  CHECK(taken.to_vector<float>() == std::vector{3.0f, 4.0f});
  CHECK(w.grad().to_vector<float>() == std::vector{5.0f, 6.0f});
  // 1 - 0.5 (3 + 3 + 5) and 2 - 0.5 (4 + 4 + 6)
  CHECK(w.detach().to_vector<float>() == std::vector{-4.5f, -5.0f});
}

TEST_CASE("an optimizer follows the gradients of programs, and those between them", "[program]") {
  Tensor w = tensor({0.0f}).requires_grad_();
  optim::SGD sgd({w}, {.lr = 1});
  const Program step = capture(
      [&](const Tensor& x) {
        sgd.zero_grad();
        (w * x).sum().backward();
        sgd.step();
      },
      {{1}});
  const auto value = [&] { return w.detach().item<float>(); };
  step(tensor({1.0f}));
  step(tensor({2.0f}));
  CHECK(value() == -3);
  sgd.step();  // once more by what is there
  CHECK(value() == -5);
  w.set_grad(tensor({10.0f}));
  sgd.step();
  CHECK(value() == -15);
  (w * tensor({5.0f})).sum().backward();  // onto the 10
  sgd.step();
  CHECK(value() == -30);
  step(tensor({4.0f}));
  CHECK(value() == -34);
  w.set_grad({});
  sgd.step();
  CHECK(value() == -34);
  // Another leaf in its place, with a gradient of its own.
  w.requires_grad_(false);
  w.requires_grad_(true);
  for (int i = 0; i < 3; ++i) {
    w.set_grad(tensor({100.0f}));
    sgd.step();
  }
  CHECK(value() == -334);
}

TEST_CASE("gradients add up over the runs of a program that doesn't drop them", "[program]") {
  Tensor w = tensor({1.0f, 2.0f}).requires_grad_();
  const Program pass = capture([&](const Tensor& x) { (w * x).sum().backward(); }, {{2}});
  CHECK_FALSE(w.grad().defined());
  for (int i = 0; i < 3; ++i) pass(tensor({1.0f, 10.0f}));
  CHECK(w.grad().to_vector<float>() == std::vector{3.0f, 30.0f});
  w.set_grad({});
  pass(tensor({1.0f, 10.0f}));
  CHECK(w.grad().to_vector<float>() == std::vector{1.0f, 10.0f});
}

}  // namespace
}  // namespace tapegrad
