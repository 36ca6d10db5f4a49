// Choice by a condition.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// a where `condition` holds, b elsewhere. Derivative: g where the element was chosen, 0 elsewhere,
/// even of an infinite g. No method: PyTorch's is a.where(condition, b).
/// Throws DTypeError unless the condition is boolean.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);  // no method
Tensor where(const Tensor& condition, const Tensor& a, Scalar b);         // no method
Tensor where(const Tensor& condition, Scalar a, const Tensor& b);         // no method
/// Two numbers, whose kinds give the dtype as in full(): where(x > 0, 1, 0) is int64.
Tensor where(const Tensor& condition, Scalar a, Scalar b);  // no method

}  // namespace tapegrad
