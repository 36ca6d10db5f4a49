// A step whose operation said beforehand what it is for its operands (core/ready.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "program/operands.hpp"

namespace tapegrad {

class ReadyStep {
 public:
  /// Nothing where the operation doesn't say. It and the tensors have to live on, with the layouts
  /// that they have.
  [[gnu::cold]] static std::optional<ReadyStep> of(const Operation& operation, Outputs outs,
                                                   Inputs inputs);
  /// Where the tensors' memory is now; before the first run, and when that has changed.
  void locate() { operands_.find(out_, in_); }
  /// False where the operation itself has to do it.
  bool run() const { return ready_(out_, in_.data()); }

 private:
  Ready ready_;
  std::byte* out_ = nullptr;
  std::array<const std::byte*, Ready::most_inputs> in_{};
  Operands<Ready::most_inputs> operands_;
};

}  // namespace tapegrad
