// Functions of one tensor, element by element. Except where it says otherwise, integers and
// booleans are converted to float32 first. Where a derivative is 0 or 1, as relu's is, the gradient
// is chosen or dropped, never multiplied: one that is dropped may be infinite or NaN.
//
// exp, log and their relatives are right to two units in the last place over their whole range,
// softplus and the derivatives of sigmoid and tanh to four, their second derivatives to sixteen,
// and the third, where its terms cancel, to sixteen units of the second: docs/accuracy.md.
#pragma once

#include <limits>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// e^x. Derivative: y.
Tensor exp(const Tensor& x);
/// Natural logarithm; -inf at 0, NaN below. Derivative: 1 / x.
Tensor log(const Tensor& x);
/// log(1 + x), exact for small x. Derivative: 1 / (1 + x).
Tensor log1p(const Tensor& x);
/// Square root; NaN below 0. Derivative: 1 / (2y), infinite at the kink, 0. What x was computed by
/// multiplies that by its own derivative: where this is 0, as that of var() or of a sum of squares,
/// the product is NaN, as in PyTorch; std(), abs() and relu() choose 0.
Tensor sqrt(const Tensor& x);
/// x * x; integers stay integers, and wrap around; booleans become int64. Derivative: 2x.
Tensor square(const Tensor& x);
/// |x|; integers stay integers, and the least one, whose counterpart isn't there, stays itself; NaN
/// stays. Derivative: sign(x), so 0 at the kink, 0, and NaN where x is NaN (0 in PyTorch); those of
/// higher order are 0 everywhere.
Tensor abs(const Tensor& x);
/// -1, 0 or 1; integers stay integers; NaN stays (0 in PyTorch). Derivative: 0, at the kink, 0,
/// too.
Tensor sign(const Tensor& x);
/// 1 / (1 + e^-x), without overflow on either side. Derivative: y (1 - y), with its digits where y
/// rounds to 1, at every order.
Tensor sigmoid(const Tensor& x);
/// Hyperbolic tangent. Derivative: 1 - y^2, with its digits where y rounds to 1 or -1, at every
/// order.
Tensor tanh(const Tensor& x);
/// max(x, 0); integers stay integers; NaN stays. Derivative: 1 above 0 and where x is NaN, as in
/// PyTorch; 0 elsewhere, so at the kink, 0, too.
Tensor relu(const Tensor& x);
/// log(1 + e^x), without overflow. Derivative: sigmoid(x).
Tensor softplus(const Tensor& x);
/// x limited to [low, high]; integers stay integers, all digits of them, when the limits are; NaN
/// stays. Derivative: 1 inside, at the kinks, which are the limits, and where x is NaN (0 in
/// PyTorch); 0 outside. Where low > high the result is high. A limit beyond what x's type holds is
/// none: float32 up to 1e40. Throws DTypeError for one that every result would have to be: float32
/// from 1e40 on, uint8 from 300 on.
Tensor clamp(const Tensor& x, Scalar low, Scalar high);
/// A limit only from below; the kink as in clamp.
Tensor clamp_min(const Tensor& x, Scalar low);
/// A limit only from above; the kink as in clamp.
Tensor clamp_max(const Tensor& x, Scalar high);
/// -x, by name.
Tensor neg(const Tensor& x);

}  // namespace tapegrad
