// What losses check of what they are given.
#pragma once

#include <string_view>

#include "core/check.hpp"
#include "tapegrad/ops/loss/reduction.hpp"
#include "tapegrad/tensor.hpp"

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

/// Same shape, and a floating-point type in which they meet: throws ShapeError or DTypeError.
void check_pair(std::string_view operation, const Tensor& input, const Tensor& target,
                Reduction reduction);

}  // namespace tapegrad
