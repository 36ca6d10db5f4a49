#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"
#include "tapegrad/threads.hpp"

namespace tapegrad {
namespace {

constexpr std::int64_t large = 300'000;  // enough to be shared between threads

/// The gradient of a sum over operations that are shared.
std::vector<float> gradient() {
  const Tensor x = linspace(-3, 3, large).requires_grad_();
  const Tensor rows = x.view({300, 1000});
  sum(softmax(rows, 1) * exp(rows) + sum(rows, 0)).backward();
  return x.grad().to_vector<float>();
}

TEST_CASE("threads of a program may all have large operations", "[threads]") {
  const int before = num_threads();
  set_num_threads(1);
  const std::vector<float> expected = gradient();
  set_num_threads(3);
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 3; ++round) right += gradient() == expected;
    });
  }
  for (std::thread& thread : threads) thread.join();
  set_num_threads(before);
  CHECK(right == 12);
}

}  // namespace
}  // namespace tapegrad
