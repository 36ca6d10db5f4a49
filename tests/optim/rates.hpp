// Rates of a scheduler beside PyTorch's, as tools/make_schedule_reference.py has them.
#pragma once

#include <string>
#include <vector>

#include "optim/reference/paths.hpp"
#include "support/catch.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/optim/scheduler.hpp"
#include "tapegrad/optim/sgd.hpp"

namespace tapegrad::test {

inline optim::SGD two_groups() {
  const auto parameter = [] { return std::vector{zeros({1}, {.requires_grad = true})}; };
  return optim::SGD(
      {{parameter(), {.lr = 0.1, .momentum = 0.9}}, {parameter(), {.lr = 0.02, .momentum = 0.9}}});
}

/// Compares before the first step, and after each step(t).
template <class Step>
void check_rates(const std::vector<std::vector<double>>& expected, const optim::SGD& sgd,
                 const Step& step) {
  for (std::size_t t = 0; t < expected[0].size(); ++t) {
    INFO("step " << t);
    // PyTorch multiplies step by step; 1e-16 is what its cosine leaves of 0.
    CHECK(sgd.lr(0) == Approx(expected[0][t]).epsilon(1e-12).margin(1e-16));
    CHECK(sgd.lr(1) == Approx(expected[1][t]).epsilon(1e-12).margin(1e-16));
    const double momentum = expected.size() > 2 ? expected[2][t] : 0.9;
    CHECK(sgd.options(0).momentum == Approx(momentum).epsilon(1e-12));
    step(t);
  }
}

inline void check_curve(const Rates& rates, const std::string& name, const optim::Curve& curve) {
  INFO(name);
  optim::SGD sgd = two_groups();
  optim::Scheduler scheduler(sgd, curve);
  const auto& expected = rates.at(name);
  check_rates(expected, sgd, [&](std::size_t t) {
    CHECK(scheduler.last_lr() == std::vector{sgd.lr(0), sgd.lr(1)});
    if (t + 1 < expected[0].size()) scheduler.step();
  });
}

}  // namespace tapegrad::test
