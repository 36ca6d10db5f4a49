// Adam for gradients of rows: what of a large table was looked up.
#pragma once

#include <array>

#include "tapegrad/optim/optimizer_of.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace optim {

struct SparseAdamOptions {
  double lr = 1e-3;
  std::array<double, 2> betas = {0.9, 0.999};
  double eps = 1e-8;
  /// Climb instead of descend.
  bool maximize = false;

  static constexpr std::string_view name = "SparseAdam";
  void validate() const;
  void visit(OptionVisitor& v);
};

/// PyTorch's rule: Adam's for the rows that the gradient has (sparse_grad.hpp), as if there were no
/// others. With d the gradient (negated to maximize), t the number of the step, of all rows:
///   m = beta1 * m + (1 - beta1) * d         v = beta2 * v + (1 - beta2) * d^2
///   x -= lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + eps)
/// m, v and x stay as they are in all other rows, where Adam's m would fade and move x on.
/// step() throws Error, before anything is changed, for a dense gradient, and in a captured
/// function or a graph, where all are dense. Else throws Error unless lr and eps are finite and not
/// negative, betas in [0, 1).
class SparseAdam : public OptimizerOf<SparseAdamOptions, SparseAdam> {
 public:
  using OptimizerOf::OptimizerOf;

 protected:
  void update(std::span<const Change> changes, std::size_t group) override;
  std::span<const std::string_view> memory_names() const override;
  std::string refuses_rows(std::size_t group) const override;
  void update_rows(Slot& slot, const SparseGrad& grad, std::size_t group) override;
  void check_step() const override;
};

}  // namespace optim
}  // namespace tapegrad
