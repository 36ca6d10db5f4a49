// Magnitude and sign.
// In-place forms: x.abs_() is abs() written into x.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// |x|; integers stay integers, and the least one, whose counterpart isn't there, stays itself; NaN
/// stays. Derivative: sign(x), so 0 at the kink, 0, and NaN where x is NaN (0 in PyTorch); those of
/// higher order are 0 everywhere.
Tensor abs(const Tensor& x);
/// -1, 0 or 1; integers stay integers; NaN stays (0 in PyTorch). Derivative: 0, at the kink, 0,
/// too.
Tensor sign(const Tensor& x);

}  // namespace tapegrad
