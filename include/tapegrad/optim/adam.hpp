// Adam and AdamW: steps scaled by running means of the gradient and of its square.
#pragma once

#include "tapegrad/optim/optimizer.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace optim {

struct AdamOptions {
  double lr = 1e-3;
  /// How much of the running means of the gradient and of its square stays in a step.
  std::array<double, 2> betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 0;
  /// Divide by the largest mean square so far instead of the current one.
  bool amsgrad = false;
  /// Climb instead of descend.
  bool maximize = false;

  static constexpr std::string_view name = "Adam";
  void check() const;
  void visit(OptionVisitor& v);
};

/// PyTorch's rule, with d the gradient (negated to maximize) plus weight_decay * x, t the number of
/// the step:
///   m = beta1 * m + (1 - beta1) * d
///   v = beta2 * v + (1 - beta2) * d^2
///   x -= lr * m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)
/// Throws Error for a negative lr, eps or weight_decay, and for betas outside [0, 1).
/// Source: Kingma & Ba (2015), "Adam: a method for stochastic optimization"; amsgrad: Reddi, Kale &
/// Kumar (2018), "On the convergence of Adam and beyond".
class Adam : public OptimizerOf<AdamOptions> {
 public:
  Adam(const std::vector<Tensor>& parameters, const AdamOptions& options = {})
      : OptimizerOf(parameters, options) {}
  explicit Adam(const std::vector<Group>& groups) : OptimizerOf(groups) {}

 protected:
  void update(Slot& slot, const Tensor& grad, std::size_t group) override;
  std::span<const std::string_view> memory_names() const override;
};

struct AdamWOptions {
  double lr = 1e-3;
  std::array<double, 2> betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 1e-2;
  bool amsgrad = false;
  bool maximize = false;

  static constexpr std::string_view name = "AdamW";
  void check() const;
  void visit(OptionVisitor& v);
};

/// Adam whose weight decay stays out of the means: x *= 1 - lr * weight_decay before each step.
/// Source: Loshchilov & Hutter (2019), "Decoupled weight decay regularization".
class AdamW : public OptimizerOf<AdamWOptions> {
 public:
  AdamW(const std::vector<Tensor>& parameters, const AdamWOptions& options = {})
      : OptimizerOf(parameters, options) {}
  explicit AdamW(const std::vector<Group>& groups) : OptimizerOf(groups) {}

 protected:
  void update(Slot& slot, const Tensor& grad, std::size_t group) override;
  std::span<const std::string_view> memory_names() const override;
};

}  // namespace optim
}  // namespace tapegrad
