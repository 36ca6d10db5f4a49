// The update rules of optimizers as one loop over all parameters: x changes, and so does what is
// remembered of it. Here are the numbers that they need; step_rules.hpp has the rules.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

/// What a step follows: the gradient, with its sign, and the pull of the weight decay.
struct Pull {
  double weight_decay;
  bool maximize;
};

struct SgdStep {
  static constexpr std::size_t memories = 0;
  Pull pull;
  double lr;
};

struct MomentumStep {
  static constexpr std::size_t memories = 1;  // the momentum
  Pull pull;
  double lr;
  double momentum;
  double take;  // of the gradient into the momentum: 1 - dampening, or 1 at first
  bool nesterov;
};

struct AdamStep {
  static constexpr std::size_t memories = 2;  // the means of the gradient and of its square
  Pull pull;
  // The means began at 0, and the root of the mean square is to be divided by a correction for
  // that: both are multiplied by it instead.
  double step_size;  // the learning rate, corrected for the mean
  double eps;
  double beta1;
  double beta2;
  double shrink;  // what x is multiplied by before: decoupled weight decay
};

struct AmsgradStep : AdamStep {
  static constexpr std::size_t memories = 3;  // and the largest mean square so far
};

struct NAdamStep {
  static constexpr std::size_t memories = 2;  // as Adam's
  Pull pull;
  double of_gradient;  // how much of it is in a step, corrected as Adam's
  double of_mean;
  double eps;  // likewise
  double beta1;
  double beta2;
  double shrink;
};

struct RAdamStep {
  static constexpr std::size_t memories = 2;  // as Adam's
  Pull pull;
  double step_size;
  double beta1;
  double beta2;
  double eps;
  double shrink;
  bool adaptive;  // the mean square is of enough gradients to divide by its root
};

struct AdamaxStep {
  static constexpr std::size_t memories = 2;  // the mean of gradients, their fading maximum
  Pull pull;
  double step_size;
  double beta1;
  double beta2;
  double eps;
};

struct LionStep {
  static constexpr std::size_t memories = 1;  // the mean of gradients
  Pull pull;
  double lr;
  double beta1;
  double beta2;
  double shrink;
};

struct AdadeltaStep {
  static constexpr std::size_t memories = 2;  // the mean squares of gradients and of changes
  Pull pull;
  double lr;
  double rho;
  double eps;
};

struct AdagradStep {
  static constexpr std::size_t memories = 1;  // the sum of squares
  Pull pull;
  double step_size;
  double eps;
};

template <bool with_momentum, bool centered>
struct RMSpropStep {
  /// The mean square; then the momentum and the mean, where they are.
  static constexpr std::size_t memories = 1 + (with_momentum ? 1 : 0) + (centered ? 1 : 0);
  Pull pull;
  double lr;
  double alpha;
  double eps;
  double momentum;
};

struct RpropStep {
  static constexpr std::size_t memories = 2;  // the gradient before, the size of the step
  Pull pull;
  double eta_minus;
  double eta_plus;
  double smallest;
  double largest;
};

/// A parameter, its gradient and what is remembered of it, of one shape and one floating-point
/// type, and the numbers of its step. They may lie in any way, but not overlap.
template <class Step>
struct Stepped {
  Step step;
  std::array<Ref, Step::memories + 2> arrays;  // x, g, memories
};

template <class Step>
void take_steps(std::span<const Stepped<Step>> all);

/// The same step for some rows of matrices: row j of the gradient is of row rows[j], each of which
/// occurs once. For the steps of SGD without momentum, Adagrad and Adam.
template <class Step>
void take_row_steps(const Stepped<Step>& one, Ref rows);

}  // namespace tapegrad::kernels
