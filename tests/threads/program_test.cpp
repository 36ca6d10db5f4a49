// Threads share a program, and capture programs of their own.
#include <atomic>

#include "support/catch.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/tensor.hpp"
#include "threads/at_once.hpp"

using namespace tapegrad;

TEST_CASE("threads that share a program get the results of their own feeds", "[threads]") {
  const Tensor scale = full({50'000}, 2);
  const Program program = capture([&](const Tensor& x) { return (exp(x) * scale).sum(); });
  std::atomic<int> wrong = 0;
  test::at_once(4, [&](int thread) {
    const Tensor x = full({50'000 + 1'000 * (thread % 2)}, thread).slice(0, 0, 50'000);
    const Tensor expected = (exp(x) * scale).sum();
    for (int i = 0; i < 50; ++i) {
      const Tensor got = program(x);
      wrong += got.item<float>() != expected.item<float>();
    }
  });
  CHECK(wrong == 0);
}

TEST_CASE("a thread that captures disturbs no other", "[threads]") {
  const Tensor w = ones({8}, {.requires_grad = true});
  std::atomic<int> wrong = 0;
  test::at_once(4, [&](int thread) {
    for (int i = 0; i < 100; ++i) {
      if (thread % 2 == 0) {
        const Program own = capture([&](const Tensor& x) { return (x * w).sum(); }, {{8}});
        wrong += own(ones({8})).item<float>() != 8;
      } else {
        (w * 2).sum().backward();
      }
    }
  });
  CHECK(wrong == 0);
  CHECK(w.grad()[0].item<float>() == 400);
}
