// The update rules of optimizers as one loop each: x changes, and so does what is remembered of it.
// All arrays have one shape and one floating-point type; they may lie in any way, but not overlap.
#pragma once

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

struct SgdStep {
  double lr;
  double weight_decay;
  double momentum;
  double take;  // of the gradient into the momentum: 1 - dampening, or 1 at first
  bool nesterov;
  bool maximize;
};
void sgd_step(const SgdStep& step, Ref x, Ref g);
void sgd_momentum_step(const SgdStep& step, Ref x, Ref g, Ref momentum);

}  // namespace tapegrad::kernels
