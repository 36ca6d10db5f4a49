// What is a number, and what isn't: NaN and infinities.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// Where x is NaN, as booleans; integers never are. No derivative.
Tensor isnan(const Tensor& x);
/// Where x is infinite, on either side. No derivative.
Tensor isinf(const Tensor& x);
/// Where x is neither infinite nor NaN. No derivative.
Tensor isfinite(const Tensor& x);
/// `nan` in the place of NaN, `posinf` and `neginf` in that of infinities: the largest and the
/// least number of x's type unless given. Integers stay. Derivative: 1 where x is finite, 0
/// elsewhere. Throws DTypeError unless the type holds the numbers.
Tensor nan_to_num(const Tensor& x, double nan = 0, std::optional<double> posinf = std::nullopt,
                  std::optional<double> neginf = std::nullopt);  // in-place form

}  // namespace tapegrad
