// Curves of learning rates under PyTorch's names: what to multiply the base rate by, or where to go
// from it. `t` is the number of the step, 0 at first. Those with a momentum are in cycles.hpp.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "tapegrad/optim/scheduler.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace optim {

// All throw Error where they are made into a Curve, for numbers out of the ranges said here.

/// gamma^(t / step_size, rounded down). step_size is positive, gamma not negative.
struct StepLR {
  std::int64_t step_size = 0;
  double gamma = 0.1;
  void validate() const;
  Rate at(double base, std::int64_t t, std::size_t group) const;
};

/// gamma^(how many milestones are behind or at t), in any order.
struct MultiStepLR {
  std::vector<std::int64_t> milestones = {};
  double gamma = 0.1;
  void validate() const;
  Rate at(double base, std::int64_t t, std::size_t group) const;
};

/// `factor` for total_iters steps, then 1. The factor is in [0, 1].
struct ConstantLR {
  double factor = 1.0 / 3;
  std::int64_t total_iters = 5;
  void validate() const;
  Rate at(double base, std::int64_t t, std::size_t group) const;
};

/// From start_factor to end_factor in total_iters equal steps, which stays. The first is in (0, 1],
/// the other in [0, 1].
struct LinearLR {
  double start_factor = 1.0 / 3;
  double end_factor = 1;
  std::int64_t total_iters = 5;
  void validate() const;
  Rate at(double base, std::int64_t t, std::size_t group) const;
};

/// gamma^t. gamma must be given, and isn't negative.
struct ExponentialLR {
  double gamma = std::numeric_limits<double>::quiet_NaN();
  void validate() const;
  Rate at(double base, std::int64_t t, std::size_t group) const;
};

/// (1 - t / total_iters)^power, then 0.
struct PolynomialLR {
  std::int64_t total_iters = 5;
  double power = 1;
  void validate() const;
  Rate at(double base, std::int64_t t, std::size_t group) const;
};

/// Half a wave of the cosine from the base rate to eta_min in T_max steps, and back again. PyTorch
/// divides by what is small around T_max and loses T_max^2 / 10 units in the last place there.
/// Source: Loshchilov & Hutter (2017), "SGDR: stochastic gradient descent with warm restarts".
struct CosineAnnealingLR {
  std::int64_t T_max = 0;
  double eta_min = 0;
  void validate() const;
  Rate at(double base, std::int64_t t, std::size_t group) const;
};

/// The same for T_0 steps, then it begins anew for T_mult times as many, and so on.
struct CosineAnnealingWarmRestarts {
  std::int64_t T_0 = 0;
  std::int64_t T_mult = 1;
  double eta_min = 0;
  void validate() const;
  Rate at(double base, std::int64_t t, std::size_t group) const;
};

/// What a function gives, the same for all groups or one for each: it must give the same each time,
/// and isn't saved.
struct LambdaLR {
  using Function = std::function<double(std::int64_t)>;
  std::vector<Function> functions;
  explicit LambdaLR(Function f) : functions{std::move(f)} {}
  explicit LambdaLR(std::vector<Function> f) : functions(std::move(f)) {}
  void validate() const;
  /// Throws IndexError where a group has no function.
  Rate at(double base, std::int64_t t, std::size_t group) const;
};

/// Each takes what the one before it gives as its base rate: factors are multiplied. PyTorch's is
/// the same but for curves that aren't factors: there a LambdaLR forgets those before it, and
/// eta_min of a cosine meets rates that were changed step by step.
struct ChainedScheduler {
  std::vector<Curve> schedulers = {};
  void validate() const;
  Rate at(double base, std::int64_t t, std::size_t group) const;
};

/// One after another: each begins anew, from the base rate, at its milestone. There is one
/// milestone less than there are curves, in increasing order.
struct SequentialLR {
  std::vector<Curve> schedulers = {};
  std::vector<std::int64_t> milestones = {};
  void validate() const;
  Rate at(double base, std::int64_t t, std::size_t group) const;
};

}  // namespace optim
}  // namespace tapegrad
