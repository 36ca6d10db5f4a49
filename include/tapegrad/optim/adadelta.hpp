// Adadelta: steps as large as the changes so far, for gradients of the usual size.
#pragma once

#include "tapegrad/optim/optimizer_of.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace optim {

struct AdadeltaOptions {
  double lr = 1;
  /// How much of the running means of squares stays in a step.
  double rho = 0.9;
  double eps = 1e-6;
  double weight_decay = 0;
  /// Climb instead of descend.
  bool maximize = false;

  static constexpr std::string_view name = "Adadelta";
  void validate() const;
  void visit(OptionVisitor& v);
};

/// PyTorch's rule, with d the gradient (negated to maximize) plus weight_decay * x:
///   v = rho * v + (1 - rho) * d^2
///   c = sqrt(u + eps) / sqrt(v + eps) * d
///   u = rho * u + (1 - rho) * c^2
///   x -= lr * c
/// Throws Error unless numbers are finite and not negative, and rho at most 1.
/// Source: Zeiler (2012), "ADADELTA: an adaptive learning rate method".
class Adadelta : public OptimizerOf<AdadeltaOptions, Adadelta> {
 public:
  using OptimizerOf::OptimizerOf;

 protected:
  void update(std::span<const Change> changes, std::size_t group) override;
  std::span<const std::string_view> memory_names() const override;
};

}  // namespace optim
}  // namespace tapegrad
