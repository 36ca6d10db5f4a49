// NAdam: Adam whose mean of gradients looks a step ahead.
#pragma once

#include <array>

#include "tapegrad/optim/optimizer_of.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace optim {

struct NAdamOptions {
  double lr = 2e-3;
  /// How much of the running means of the gradient and of its square stays in a step.
  std::array<double, 2> betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 0;
  /// How fast the momentum grows from a half of betas[0] to all of it.
  double momentum_decay = 4e-3;
  /// The weight decay stays out of the means, as AdamW's.
  bool decoupled_weight_decay = false;
  /// Climb instead of descend.
  bool maximize = false;

  static constexpr std::string_view name = "NAdam";
  void validate() const;
  void visit(OptionVisitor& v);
};

/// PyTorch's rule, with d the gradient (negated to maximize) plus weight_decay * x, t the number of
/// the step, u[t] = beta1 * (1 - 0.96^(t * momentum_decay) / 2), U[t] = u[1] * ... * u[t]:
///   m = beta1 * m + (1 - beta1) * d
///   v = beta2 * v + (1 - beta2) * d^2
///   x -= lr * ((1 - u[t]) / (1 - U[t]) * d + u[t + 1] / (1 - U[t + 1]) * m)
///        / (sqrt(v / (1 - beta2^t)) + eps)
/// decoupled_weight_decay: x *= 1 - lr * weight_decay before, and d is the gradient. U is a float64
/// here; torch has it as its default type, float32 unless that was set.
/// Throws Error unless numbers are finite and not negative, and betas in [0, 1).
/// Source: Dozat (2016), "Incorporating Nesterov momentum into Adam".
class NAdam : public OptimizerOf<NAdamOptions, NAdam> {
 public:
  using OptimizerOf::OptimizerOf;

 protected:
  void update(std::span<const Change> changes, std::size_t group) override;
  std::span<const std::string_view> memory_names() const override;
  std::string_view product_name() const override { return "mu_product"; }
};

}  // namespace optim
}  // namespace tapegrad
