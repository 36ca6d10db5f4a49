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
void adam_step(const AdamStep& step, Ref x, Ref g, Ref mean, Ref square);
void amsgrad_step(const AdamStep& step, Ref x, Ref g, Ref mean, Ref square, Ref largest);

}  // namespace tapegrad::kernels
