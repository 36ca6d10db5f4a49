// Adagrad: steps scaled by all gradients so far.
#pragma once

#include "tapegrad/optim/optimizer_of.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace optim {

struct AdagradOptions {
  double lr = 1e-2;
  double lr_decay = 0;
  double weight_decay = 0;
  /// Where the sum of squares begins.
  double initial_accumulator_value = 0;
  double eps = 1e-10;
  /// Climb instead of descend.
  bool maximize = false;

  static constexpr std::string_view name = "Adagrad";
  void validate() const;
  void visit(OptionVisitor& v);
};

/// PyTorch's rule, with d the gradient (negated to maximize) plus weight_decay * x, t the number of
/// the step:
///   s += d^2                                       at first s = initial_accumulator_value
///   x -= lr / (1 + (t - 1) * lr_decay) * d / (sqrt(s) + eps)
/// Of a gradient of rows (sparse_grad.hpp) a step changes x and s in these rows alone; it refuses
/// one with weight_decay, which changes every row.
/// Throws Error unless numbers are finite and not negative.
/// Source: Duchi, Hazan & Singer (2011), "Adaptive subgradient methods for online learning and
/// stochastic optimization".
class Adagrad : public OptimizerOf<AdagradOptions, Adagrad> {
 public:
  using OptimizerOf::OptimizerOf;

 protected:
  void update(std::span<const Change> changes, std::size_t group) override;
  std::span<const std::string_view> memory_names() const override;
  std::string refuses_rows(std::size_t group) const override;
  void update_rows(Slot& slot, const SparseGrad& grad, std::size_t group) override;
};

}  // namespace optim
}  // namespace tapegrad
