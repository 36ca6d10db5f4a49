// A step that is captured needs less memory than the function by itself: values share an arena.
#include <functional>

#include "support/catch.hpp"
#include "support/sanitized.hpp"
#include "tapegrad/memory.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/random.hpp"

namespace tapegrad {
namespace {

/// The most that a few calls of f need beyond what was there.
double peak_of(const std::function<void()>& f) {
  empty_cache();
  const std::size_t before = memory_stats().in_use;
  reset_memory_peak();
  for (int i = 0; i < 3; ++i) f();
  return static_cast<double>(memory_stats().peak - before);
}

TEST_CASE("a captured step of an MLP needs 0.7 of the memory of an eager one", "[program]") {
  if (test::sanitized) return;  // nothing is kept there
  constexpr std::int64_t batch = 512;
  nn::Sequential net(nn::Linear(784, 256), nn::ReLU(), nn::Linear(256, 128), nn::ReLU(),
                     nn::Linear(128, 10));
  optim::SGD sgd(net.parameters(), {.lr = 0.01});
  const Tensor x = rand({batch, 784}), y = randint(10, {batch});
  const auto step = [&](const Tensor& in, const Tensor& labels) {
    const Tensor loss = nn::cross_entropy(net(in), labels);
    sgd.zero_grad();
    loss.backward();
    sgd.step();
    return loss;
  };
  const double eager = peak_of([&] { step(x, y); });
  sgd.zero_grad();
  const Program program = capture(step);
  const double captured = peak_of([&] { program(x, y); });
  INFO(captured << " bytes of " << eager);
  CHECK(captured <= 0.7 * eager);
}

}  // namespace
}  // namespace tapegrad
