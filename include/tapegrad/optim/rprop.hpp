// Rprop: a step size for each element, which grows while the sign of the gradient stays.
#pragma once

#include <array>

#include "tapegrad/optim/optimizer_of.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace optim {

struct RpropOptions {
  /// The first size of all steps.
  double lr = 1e-2;
  /// What a size is multiplied by when the sign has changed, and when it hasn't.
  std::array<double, 2> etas = {0.5, 1.2};
  /// The smallest and the largest size.
  std::array<double, 2> step_sizes = {1e-6, 50};
  /// Climb instead of descend.
  bool maximize = false;

  static constexpr std::string_view name = "Rprop";
  void validate() const;
  void visit(OptionVisitor& v);
};

/// PyTorch's rule, for gradients of all the data, with g the gradient (negated to maximize) and p
/// the one before:
///   s = clamp(s * etas[g * p > 0], step_sizes)     unchanged where g * p is 0; at first s = lr
///   x -= sign(g) * s                               g = 0 where g * p < 0, which p remembers
/// lr has no say after the first step. A gradient that is NaN leaves the size as it is and makes x
/// NaN. Throws Error unless numbers are finite and not negative, 0 < etas[0] < 1 < etas[1] and
/// step_sizes in order.
/// Source: Riedmiller & Braun (1993), "A direct adaptive method for faster backpropagation
/// learning: the RPROP algorithm".
class Rprop : public OptimizerOf<RpropOptions, Rprop> {
 public:
  using OptimizerOf::OptimizerOf;

 protected:
  void update(std::span<const Change> changes, std::size_t group) override;
  std::span<const std::string_view> memory_names() const override;
};

}  // namespace optim
}  // namespace tapegrad
