// How long graphs live: deep ones, many of them, several threads.
#include <atomic>
#include <cmath>
#include <thread>

#include "autograd/leaf.hpp"
#include "support/sanitized.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/memory.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::leaf;
using test::scalar;
using test::value;
using test::Values;
using test::values;

namespace {

// 8 MiB of stack leave 41 bytes for each of 200,000 calls: recursion would be noticed there, too.
constexpr int deep = test::fewer(1'000'000, 50'000);

}  // namespace

TEST_CASE("a chain of a million operations is built, walked and freed", "[autograd][deep]") {
  const Tensor x = scalar(1);
  Tensor y = x;
  for (int i = 0; i < deep; ++i) y = y + 1;
  CHECK(value(y) == deep + 1);
  y.backward();
  CHECK(value(x.grad()) == 1);
}

TEST_CASE("a chain of a million operations is freed without a backward", "[autograd][deep]") {
  const Tensor x = scalar(1);
  Tensor y = x;
  for (int i = 0; i < deep; ++i) y = y * 1;
  y = Tensor();
  CHECK(x.is_leaf());
}

TEST_CASE("a chain of a million operations can be kept, listed and differentiated by grad",
          "[autograd][deep]") {
  const Tensor x = scalar(1);
  Tensor y = x;
  for (int i = 0; i < deep; ++i) y = -y;
  CHECK(value(grad({y}, {x}, {.retain_graph = true})[0]) == 1);
  CHECK(value(grad({y}, {x}, {.create_graph = true})[0]) == 1);
  const std::string text = tape_text(y);
  CHECK(std::count(text.begin(), text.end(), '\n') == deep + 1);
}

TEST_CASE("a million in-place changes of a view make no recursion", "[autograd][deep]") {
  const Tensor x = scalar(1);
  const Tensor h = zeros({2}, {.dtype = float64});
  for (int i = 0; i < deep / 10; ++i) h[0].add_(x);
  h.sum().backward();
  CHECK(value(x.grad()) == deep / 10);
}

TEST_CASE("a wide graph is freed as well", "[autograd][deep]") {
  const Tensor x = scalar(1);
  std::vector<Tensor> parts;
  for (int i = 0; i < 1000; ++i) parts.push_back(x * i);
  Tensor y = parts[0];
  for (std::size_t i = 1; i < parts.size(); ++i) y = y + parts[i];
  y.backward();
  CHECK(value(x.grad()) == 999 * 1000 / 2);
}

TEST_CASE("the graph outlives the tensors that it was made from", "[autograd]") {
  Tensor w = leaf({3, 4});
  Tensor y;
  {
    const Tensor x = leaf({1, 2}).detach();
    const Tensor h = w * x;
    y = (h * h).sum();
  }
  y.backward();  // 2 w x^2
  CHECK(values(w.grad()) == Values{6, 32});
}

TEST_CASE("backward on a root whose leaf is gone does nothing harmful", "[autograd]") {
  Tensor y = leaf({1, 2}).sum();
  CHECK_NOTHROW(y.backward());
}

TEST_CASE("a training loop gives all its memory back", "[autograd][memory]") {
  const auto step = [](Tensor& w, const Tensor& x) {
    const Tensor loss = square(tanh(x * w) - 1).mean();
    w.set_grad(Tensor());
    loss.backward();
    const Tensor second = grad({square(w * x).sum()}, {w}, {.create_graph = true})[0];
    const Tensor penalty = square(second).sum();
    const Tensor g = grad({penalty}, {w})[0];
    const NoGrad off;
    w -= 0.01 * (w.grad() + 1e-6 * g);
  };
  Tensor w = leaf({0.1, 0.2, 0.3, 0.4});
  const Tensor x = ones({50, 4}, {.dtype = float64});
  step(w, x);
  const std::size_t before = memory_stats().in_use;
  for (int i = 0; i < 100; ++i) step(w, x);
  CHECK(memory_stats().in_use == before);
}

TEST_CASE("what a reverse pass leaves behind when it fails is given back", "[autograd][memory]") {
  const auto attempt = [] {
    const Tensor x = leaf({1, 2});
    Tensor h = x * x;
    const Tensor y = (h * h + x).sum();
    {
      const NoGrad off;
      h += 1;
    }
    CHECK_THROWS_AS(y.backward(), AutogradError);
  };
  attempt();
  const std::size_t before = memory_stats().in_use;
  for (int i = 0; i < 20; ++i) attempt();
  CHECK(memory_stats().in_use == before);
}

TEST_CASE("threads run separate graphs at the same time", "[autograd][threads]") {
  constexpr int rounds = test::fewer(200, 20);
  std::atomic<int> right{0};
  const auto work = [&right](int seed) {
    for (int round = 0; round < rounds; ++round) {
      const Tensor x = leaf({0.1 * seed, 0.2 * seed, 0.3});
      Tensor y = x;
      for (int i = 0; i < 20; ++i) y = tanh(y + x);
      const Tensor g = grad({y.sum()}, {x}, {.create_graph = true})[0];
      square(g).sum().backward();
      Tensor z = x.detach().clone().requires_grad_();
      Tensor again = z;
      for (int i = 0; i < 20; ++i) again = tanh(again + z);
      again.sum().backward();
      right += values(z.grad()) == values(g) && x.grad().defined();
    }
  };
  std::vector<std::thread> threads;
  for (int i = 1; i <= 4; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 4 * rounds);
}

TEST_CASE("recording is switched for one thread alone", "[autograd][threads]") {
  const NoGrad off;
  bool elsewhere = false;
  std::thread([&] { elsewhere = grad_enabled(); }).join();
  CHECK(elsewhere);
  CHECK_FALSE(grad_enabled());
}

TEST_CASE("a graph may be built in one thread and walked in another", "[autograd][threads]") {
  const Tensor x = leaf({1, 2});
  Tensor y;
  std::thread([&] { y = (x * x).sum(); }).join();
  y.backward();
  std::thread([&] { y = Tensor(); }).join();
  CHECK(values(x.grad()) == Values{2, 4});
}
