// The larger or smaller of two, and limits.
// In-place forms: x.clamp_() is clamp() written into x.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// The larger, and NaN if either is. Derivative: g to the larger; at the kink, where they are
/// equal, half to each. NaN counts as the larger, so that g goes where the result came from
/// (PyTorch gives g to both where one is NaN).
Tensor maximum(const Tensor& a, const Tensor& b);
Tensor maximum(const Tensor& a, Scalar b);
Tensor maximum(Scalar a, const Tensor& b);
/// The smaller, and NaN if either is. Derivative: g to the smaller; half to each at the kink; NaN
/// counts as the smaller.
Tensor minimum(const Tensor& a, const Tensor& b);
Tensor minimum(const Tensor& a, Scalar b);
Tensor minimum(Scalar a, const Tensor& b);

/// x limited to [low, high]; integers stay integers, all digits of them, when the limits are; NaN
/// stays. Derivative: 1 inside, at the kinks, which are the limits, and where x is NaN (0 in
/// PyTorch); 0 outside. Where low > high the result is high. A limit beyond what x's type holds is
/// none: float32 up to 1e40. Throws DTypeError for one that every result would have to be: float32
/// from 1e40 on, uint8 from 300 on.
Tensor clamp(const Tensor& x, Scalar low, Scalar high);
/// clamp() by NumPy's name.
Tensor clip(const Tensor& x, Scalar low, Scalar high);
/// A limit only from below; the kink as in clamp.
Tensor clamp_min(const Tensor& x, Scalar low);
Tensor clamp(const Tensor& x, Scalar low);
Tensor clip(const Tensor& x, Scalar low);
/// A limit only from above; the kink as in clamp.
Tensor clamp_max(const Tensor& x, Scalar high);
/// Limits of their own for each element, which broadcast, and whose types promote; a limit that is
/// NaN gives NaN. Derivative: g to x inside, at the kinks, which are the limits, and where x is
/// NaN; elsewhere to the limit that was taken.
Tensor clamp(const Tensor& x, const Tensor& low, const Tensor& high);
Tensor clip(const Tensor& x, const Tensor& low, const Tensor& high);
Tensor clamp_min(const Tensor& x, const Tensor& low);
Tensor clamp_max(const Tensor& x, const Tensor& high);

}  // namespace tapegrad
