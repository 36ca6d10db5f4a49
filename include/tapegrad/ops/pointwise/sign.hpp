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
/// Whether x has the sign of negative numbers: -0.0 and NaN may, too. No derivative.
Tensor signbit(const Tensor& x);  // no in-place form
/// |a| with the sign that b has, even where b is 0 or NaN; integers give float32. Derivative: 1 to
/// a where the sign stays, -1 where it changes, at the kink, where a is 0, 0; to b it is 0.
Tensor copysign(const Tensor& a, const Tensor& b);
Tensor copysign(const Tensor& a, Scalar b);
Tensor copysign(Scalar a, const Tensor& b);

}  // namespace tapegrad
