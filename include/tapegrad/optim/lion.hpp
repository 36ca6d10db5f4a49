// Lion: steps of one size, by the sign of a running mean of gradients.
#pragma once

#include <array>

#include "tapegrad/optim/optimizer_of.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace optim {

struct LionOptions {
  double lr = 1e-4;
  /// How much of the running mean stays in what gives the sign, and in what is remembered.
  std::array<double, 2> betas = {0.9, 0.99};
  double weight_decay = 0;
  /// Climb instead of descend.
  bool maximize = false;

  static constexpr std::string_view name = "Lion";
  void validate() const;
  void visit(OptionVisitor& v);
};

/// The rule of its authors, which PyTorch doesn't have, with g the gradient (negated to maximize):
///   x *= 1 - lr * weight_decay
///   x -= lr * sign(beta1 * m + (1 - beta1) * g)      the sign of 0 is 0
///   m = beta2 * m + (1 - beta2) * g
/// Throws Error unless numbers are finite and not negative, and betas in [0, 1).
/// Source: Chen et al. (2023), "Symbolic discovery of optimization algorithms".
class Lion : public OptimizerOf<LionOptions, Lion> {
 public:
  using OptimizerOf::OptimizerOf;

 protected:
  void update(std::span<const Change> changes, std::size_t group) override;
  std::span<const std::string_view> memory_names() const override;
};

}  // namespace optim
}  // namespace tapegrad
