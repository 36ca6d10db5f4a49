// What all views have in common.
#pragma once

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// Views save nothing: their derivatives are views too, or scatter into zeros.
struct ViewOp {
  static constexpr Needs saves(Needs) { return save_nothing; }
};

}  // namespace tapegrad
