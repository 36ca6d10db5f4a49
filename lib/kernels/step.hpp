// The update rules of optimizers as one loop over all parameters: x changes, and so does what is
// remembered of it. The arrays of one parameter have one shape and one floating-point type; they
// may lie in any way, but not overlap.
#pragma once

#include <array>
#include <span>

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

/// A parameter, its gradient and what is remembered of it, and the numbers of its step.
template <class Step, std::size_t N>
struct Stepped {
  Step step;
  std::array<Ref, N> arrays;  // x, g, memories
};

struct SgdStep {
  double lr;
  double weight_decay;
  double momentum;
  double take;  // of the gradient into the momentum: 1 - dampening, or 1 at first
  bool nesterov;
  bool maximize;
};
void sgd_step(std::span<const Stepped<SgdStep, 2>> all);
/// With the momentum.
void sgd_momentum_step(std::span<const Stepped<SgdStep, 3>> all);

struct AdamStep {
  double step_size;  // the learning rate, corrected for the mean that began at 0
  double beta1;
  double beta2;
  double eps;
  double root_correction;  // what the root of the mean square is divided by
  double weight_decay;
  double shrink;  // what x is multiplied by before: AdamW's weight decay
  bool maximize;
};
/// With the mean of gradients and of their squares.
void adam_step(std::span<const Stepped<AdamStep, 4>> all);
/// And with the largest mean of squares so far.
void amsgrad_step(std::span<const Stepped<AdamStep, 5>> all);

}  // namespace tapegrad::kernels
