#include "program/ready_step.hpp"

namespace tapegrad {

std::optional<ReadyStep> ReadyStep::of(const Operation& operation, Outputs outs, Inputs inputs) {
  if (outs.size() != 1 || inputs.size() > Ready::most_inputs || operation.has_effect()) return {};
  ReadyStep step;
  step.ready_ = operation.ready(outs, inputs);
  if (!step.ready_) return {};
  step.operands_ = {outs[0], inputs};
  return step;
}

}  // namespace tapegrad
