// What losses check of the Reduction that they are given.
#pragma once

#include <string_view>

#include "core/check.hpp"
#include "tapegrad/ops/loss/reduction.hpp"

namespace tapegrad {

constexpr std::string_view name_of(Reduction reduction) {
  return reduction == Reduction::none ? "none" : reduction == Reduction::mean ? "mean" : "sum";
}

/// Throws Error in `operation`'s name for a number that was cast to Reduction and is none.
inline void check_reduction(std::string_view operation, Reduction reduction) {
  check<Error>(reduction <= Reduction::sum,
               "{}: Reduction({}) is no reduction; use none, mean or sum", operation,
               static_cast<int>(reduction));
}

}  // namespace tapegrad
