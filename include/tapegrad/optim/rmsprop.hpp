// RMSprop: steps scaled by a running mean of the squared gradient.
#pragma once

#include "tapegrad/optim/optimizer_of.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace optim {

struct RMSpropOptions {
  double lr = 1e-2;
  /// How much of the running means stays in a step.
  double alpha = 0.99;
  double eps = 1e-8;
  double weight_decay = 0;
  double momentum = 0;
  /// Scale by the variance of the gradient instead of its mean square.
  bool centered = false;
  /// Climb instead of descend.
  bool maximize = false;

  static constexpr std::string_view name = "RMSprop";
  void validate() const;
  void visit(OptionVisitor& v);
};

/// PyTorch's rule, with d the gradient (negated to maximize) plus weight_decay * x:
///   v = alpha * v + (1 - alpha) * d^2
///   c = d / (sqrt(v) + eps)          centered: m = alpha * m + (1 - alpha) * d and v - m^2 for v
///   x -= lr * c                      momentum: b = momentum * b + c, and b for c
/// A variance that rounding made negative is 0; in PyTorch it gives NaN.
/// Throws Error unless numbers are finite and not negative.
/// Source: Tieleman & Hinton (2012), "Lecture 6.5"; centered: Graves (2013), "Generating sequences
/// with recurrent neural networks".
class RMSprop : public OptimizerOf<RMSpropOptions, RMSprop> {
 public:
  using OptimizerOf::OptimizerOf;

 protected:
  void update(std::span<const Change> changes, std::size_t group) override;
  std::span<const std::string_view> memory_names() const override;
};

}  // namespace optim
}  // namespace tapegrad
