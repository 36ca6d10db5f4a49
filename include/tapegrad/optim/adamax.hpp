// Adamax: Adam with the fading maximum of gradients in the place of their mean square.
#pragma once

#include <array>

#include "tapegrad/optim/optimizer_of.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace optim {

struct AdamaxOptions {
  double lr = 2e-3;
  /// How much of the running mean of the gradient and of its maximum stays in a step.
  std::array<double, 2> betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 0;
  /// Climb instead of descend.
  bool maximize = false;

  static constexpr std::string_view name = "Adamax";
  void validate() const;
  void visit(OptionVisitor& v);
};

/// PyTorch's rule, with d the gradient (negated to maximize) plus weight_decay * x, t the number of
/// the step:
///   m = beta1 * m + (1 - beta1) * d
///   u = max(beta2 * u, |d| + eps)
///   x -= lr / (1 - beta1^t) * m / u
/// Throws Error unless numbers are finite and not negative, and betas in [0, 1). With eps = 0 an
/// element whose gradients were all 0 becomes NaN, as in PyTorch.
/// Source: Kingma & Ba (2015), "Adam: a method for stochastic optimization".
class Adamax : public OptimizerOf<AdamaxOptions, Adamax> {
 public:
  using OptimizerOf::OptimizerOf;

 protected:
  void update(std::span<const Change> changes, std::size_t group) override;
  std::span<const std::string_view> memory_names() const override;
};

}  // namespace optim
}  // namespace tapegrad
