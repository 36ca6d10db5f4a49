// Whether tensors are equal, all in all or but for roundings.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// |a - b| <= atol + rtol |b|, element by element, after broadcasting; infinities are close to
/// themselves, and NaN to NaN if `equal_nan`. Computed in float64. Integers beyond 2^53 are
/// rounded. Throws Error for a negative tolerance.
Tensor isclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8,
               bool equal_nan = false);
/// Whether all elements are close.
bool allclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8,
              bool equal_nan = false);
/// Whether both have one shape and equal elements, of whatever types. NaN equals nothing.
bool equal(const Tensor& a, const Tensor& b);

}  // namespace tapegrad
