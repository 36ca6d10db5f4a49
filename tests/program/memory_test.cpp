// A step that is captured needs less memory than the function by itself: values share an arena.
#include <functional>
#include <vector>

#include "support/captured.hpp"
#include "support/catch.hpp"
#include "support/sanitized.hpp"
#include "tapegrad/memory.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/threads.hpp"

namespace tapegrad {
namespace {

using Tensors = std::vector<Tensor>;

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
  // How many threads have room of their own at the peak is up to the scheduler.
  const int before = num_threads();
  set_num_threads(1);
  const double eager = peak_of([&] { step(x, y); });
  sgd.zero_grad();
  const Program program = capture(step);
  const double captured = peak_of([&] { program(x, y); });
  set_num_threads(before);
  INFO(captured << " bytes of " << eager);
  CHECK(captured <= 0.7 * eager);
}

TEST_CASE("a result takes the place of an input that nobody reads any more", "[program]") {
  const auto f = [](const Tensor& x) {
    const Tensor sums = x.cumsum(0);
    const Tensor h = tanh(sums);  // over the sums
    const Tensor both = h + h.flip(0);
    return Tensors{both.cumsum(0), (both * both.select(0, 0)).sum()};
  };
  const Program program = capture(f, {{100, 10}});
  CHECK(program.stats().arena_bytes <= 3 * 4096);
  test::check_captured([&](const Tensors& x) { return f(x[0]); },
                       {{randn({100, 10})}, {randn({100, 10})}});
  const Program chain =
      capture([](const Tensor& x) { return tanh(exp(x.cumsum(0)) * 2).cumsum(0); }, {{100, 10}});
  CHECK(chain.stats().arena_bytes <= 4096);
}

}  // namespace
}  // namespace tapegrad
