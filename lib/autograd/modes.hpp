// Reverse mode against forward mode: the same number by two ways over the tape.
#pragma once

#include <string>

#include "autograd/many.hpp"

namespace tapegrad {

/// What differs between w·(J v), forward, and (Jᵀ w)·v, in reverse, for some v and w; empty for
/// nothing, and where an operation has no derivative that is recorded. Nothing numeric is needed,
/// so that a difference of rounding's size shows. `f` has one result.
std::string disparity_of_modes(const Many& function);

}  // namespace tapegrad
