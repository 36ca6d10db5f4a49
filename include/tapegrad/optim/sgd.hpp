// Stochastic gradient descent, with momentum.
#pragma once

#include "tapegrad/optim/optimizer_of.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace optim {

struct SGDOptions {
  double lr = 1e-3;
  double momentum = 0;
  double dampening = 0;
  double weight_decay = 0;
  bool nesterov = false;
  /// Climb instead of descend.
  bool maximize = false;

  static constexpr std::string_view name = "SGD";
  void validate() const;
  void visit(OptionVisitor& v);
};

/// PyTorch's rule, with d the gradient (negated to maximize) plus weight_decay * x:
///   b = momentum * b + (1 - dampening) * d       at first b = d
///   x -= lr * b                                  nesterov: x -= lr * (d + momentum * b)
/// Of a gradient of rows (sparse_grad.hpp) a step without momentum changes these rows alone; with
/// momentum, which moves rows long after their gradient, it is made dense. step() refuses one with
/// weight_decay, which changes every row.
/// Throws Error unless all numbers are finite and lr, momentum and weight_decay not negative, and
/// for nesterov without momentum or with dampening.
class SGD : public OptimizerOf<SGDOptions, SGD> {
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
