// Adam and AdamW: steps scaled by running means of the gradient and of its square.
#pragma once

#include "tapegrad/optim/optimizer_of.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace optim {

/// Where weight decay goes: into the gradient, and so into its means (Adam), or past them (AdamW).
enum class Decay { coupled, decoupled };

template <Decay decay>
struct AdamOptionsOf {
  double lr = 1e-3;
  /// How much of the running means of the gradient and of its square stays in a step.
  std::array<double, 2> betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = decay == Decay::coupled ? 0 : 1e-2;
  /// Divide by the largest mean square so far instead of the current one.
  bool amsgrad = false;
  /// Climb instead of descend.
  bool maximize = false;

  static constexpr std::string_view name = decay == Decay::coupled ? "Adam" : "AdamW";
  void validate() const;
  void visit(OptionVisitor& v);
};

template <Decay decay>
class AdamOf : public OptimizerOf<AdamOptionsOf<decay>, AdamOf<decay>> {
  using Base = OptimizerOf<AdamOptionsOf<decay>, AdamOf<decay>>;

 public:
  using Base::Base;
  using typename Base::Options;

 protected:
  using typename Base::Change;
  void update(std::span<const Change> changes, std::size_t group) override;
  std::span<const std::string_view> memory_names() const override;
};

using AdamOptions = AdamOptionsOf<Decay::coupled>;
using AdamWOptions = AdamOptionsOf<Decay::decoupled>;

/// PyTorch's rule, with d the gradient (negated to maximize) plus weight_decay * x, t the number of
/// the step:
///   m = beta1 * m + (1 - beta1) * d
///   v = beta2 * v + (1 - beta2) * d^2
///   x -= lr * m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)
/// Throws Error unless lr, eps and weight_decay are finite and not negative, and betas in [0, 1).
/// Source: Kingma & Ba (2015), "Adam: a method for stochastic optimization"; amsgrad: Reddi, Kale &
/// Kumar (2018), "On the convergence of Adam and beyond".
using Adam = AdamOf<Decay::coupled>;

/// Adam whose weight decay stays out of the means: x *= 1 - lr * weight_decay before each step.
/// Source: Loshchilov & Hutter (2019), "Decoupled weight decay regularization".
using AdamW = AdamOf<Decay::decoupled>;

extern template struct AdamOptionsOf<Decay::coupled>;
extern template struct AdamOptionsOf<Decay::decoupled>;
extern template class AdamOf<Decay::coupled>;
extern template class AdamOf<Decay::decoupled>;

}  // namespace optim
}  // namespace tapegrad
