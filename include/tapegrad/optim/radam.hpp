// RAdam: Adam that divides by the mean square only once that is of enough gradients.
#pragma once

#include <array>

#include "tapegrad/optim/optimizer_of.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace optim {

struct RAdamOptions {
  double lr = 1e-3;
  /// How much of the running means of the gradient and of its square stays in a step.
  std::array<double, 2> betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 0;
  /// The weight decay stays out of the means, as AdamW's.
  bool decoupled_weight_decay = false;
  /// Climb instead of descend.
  bool maximize = false;

  static constexpr std::string_view name = "RAdam";
  void validate() const;
  void visit(OptionVisitor& v);
};

/// PyTorch's rule, with d the gradient (negated to maximize) plus weight_decay * x, t the number of
/// the step, R = 2 / (1 - beta2) - 1, r = R - 2 * t * beta2^t / (1 - beta2^t):
///   m = beta1 * m + (1 - beta1) * d
///   v = beta2 * v + (1 - beta2) * d^2
///   x -= lr * m / (1 - beta1^t)                                       while r <= 5
///   x -= lr * m / (1 - beta1^t) * sqrt(1 - beta2^t) / (sqrt(v) + eps)
///        * sqrt((r - 4) * (r - 2) * R / ((R - 4) * (R - 2) * r))      then
/// decoupled_weight_decay: x *= 1 - lr * weight_decay before, and d is the gradient.
/// Throws Error unless numbers are finite and not negative, and betas in [0, 1).
/// Source: Liu et al. (2020), "On the variance of the adaptive learning rate and beyond".
class RAdam : public OptimizerOf<RAdamOptions, RAdam> {
 public:
  using OptimizerOf::OptimizerOf;

 protected:
  void update(std::span<const Change> changes, std::size_t group) override;
  std::span<const std::string_view> memory_names() const override;
};

}  // namespace optim
}  // namespace tapegrad
