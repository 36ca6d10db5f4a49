// Functions of angles in radians, and the angles of these.
// In-place forms: x.sin_() is sin() written into x.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// Sine; NaN of an infinite angle. Derivative: cos(x).
Tensor sin(const Tensor& x);
/// Cosine; NaN of an infinite angle. Derivative: -sin(x).
Tensor cos(const Tensor& x);
/// Tangent; NaN of an infinite angle. Derivative: 1 + y^2.
Tensor tan(const Tensor& x);
/// The angle between -pi / 2 and pi / 2 whose sine is x; NaN outside of [-1, 1]. Derivative:
/// 1 / sqrt(1 - x^2), infinite at 1 and -1.
Tensor asin(const Tensor& x);
/// The angle between 0 and pi whose cosine is x; NaN outside of [-1, 1]. Derivative:
/// -1 / sqrt(1 - x^2), infinite at 1 and -1.
Tensor acos(const Tensor& x);
/// The angle between -pi / 2 and pi / 2 whose tangent is x. Derivative: 1 / (1 + x^2).
Tensor atan(const Tensor& x);
/// The angle of the point (b, a), between -pi and pi; that of the origin by the signs of the zeros,
/// as in IEEE 754; integers give float32. Derivative: b / (a^2 + b^2) to a and -a / (a^2 + b^2) to
/// b, without overflow on the way; NaN at the origin.
Tensor atan2(const Tensor& a, const Tensor& b);
Tensor atan2(const Tensor& a, Scalar b);
Tensor atan2(Scalar a, const Tensor& b);
/// sin(pi x) / (pi x), 1 at 0; 0 at every other integer. Derivative: (cos(pi x) - y) / x, with its
/// digits around 0, where it is 0.
Tensor sinc(const Tensor& x);

}  // namespace tapegrad
