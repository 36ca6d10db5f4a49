// Tensors of one number.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// Uninitialised elements.
Tensor empty(const Shape& shape, const TensorOptions& options = {});
/// Every element is `value`, whose kind gives the default dtype: bool, int64 or float32. Throws
/// DTypeError when it doesn't fit the dtype.
Tensor full(const Shape& shape, Scalar value, const TensorOptions& options = {});
Tensor zeros(const Shape& shape, const TensorOptions& options = {});
Tensor ones(const Shape& shape, const TensorOptions& options = {});

/// The shape and, unless `options` says otherwise, the dtype of x.
Tensor empty_like(const Tensor& x, const TensorOptions& options = {});
Tensor full_like(const Tensor& x, Scalar value, const TensorOptions& options = {});
Tensor zeros_like(const Tensor& x, const TensorOptions& options = {});
Tensor ones_like(const Tensor& x, const TensorOptions& options = {});

}  // namespace tapegrad
