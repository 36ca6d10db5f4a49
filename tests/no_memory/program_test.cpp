// A program takes its memory when it is captured, and nothing in a run.
#include <vector>

#include "no_memory/allocator.hpp"
#include "support/catch.hpp"
#include "support/sanitized.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/program.hpp"

using namespace tapegrad;

TEST_CASE("a run of a program takes no memory", "[no_memory]") {
  nn::Sequential net(nn::Linear(3, 8), nn::Tanh(), nn::Linear(8, 2));
  optim::Adam adam(net.parameters(), {.lr = 0.01});
  const Program step = capture(
      [&](const Tensor& x, const Tensor& y) {
        const Tensor loss = nn::mse_loss(net(x), y);
        adam.zero_grad();
        loss.backward();
        for (const Tensor& p : net.parameters()) p.grad().mul_(0.5);
        adam.step();
        return loss;
      },
      {{5, 3}, {5, 2}});
  const Tensor x = ones({5, 3});
  const Tensor y = ones({5, 2});
  const double before = step(x, y).item<double>();  // the first step makes the optimizer's memories
  // With AddressSanitizer nothing is kept: there every block comes from the system.
  if (!test::sanitized) test::end_memory_after(0);
  for (int i = 0; i < 20; ++i) step(x, y);
  CHECK_FALSE(test::give_memory_again());
  CHECK(step(x, y).item<double>() < before);
}

TEST_CASE("a capture without memory throws and leaves everything as it was", "[no_memory]") {
  Tensor w = tensor({1.0, 2.0}).requires_grad_();
  Tensor buffer = tensor({1.0, 1.0});
  const auto g = [&](const Tensor& x) {
    buffer.add_(x);
    w.set_grad({});
    (w * x).sum().backward();
    return w.grad() * 2;
  };
  // Copies of the function are the caller's business.
  std::vector<Program::Function> copies(
      2000, [&](const std::vector<Tensor>& x) { return std::vector{g(x[0])}; });
  const std::vector<Feed> feeds{Feed({2}, float64)};
  int captured = 0;
  const auto unchanged = [&] {
    CHECK_FALSE(capturing());
    CHECK_FALSE(w.grad().defined());
    CHECK(buffer.to_vector<double>() == std::vector{1.0, 1.0});
  };
  const int times = test::with_ever_more_memory(
      [&] {
        Program::Function f = std::move(copies.back());
        copies.pop_back();
        const Program program(std::move(f), feeds);
        ++captured;
      },
      unchanged);
  CHECK(times > 10);
  CHECK(captured == 1);
}
