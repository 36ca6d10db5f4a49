// Tensors of one number. The new_ functions are methods: x.new_zeros({2, 3}).
#pragma once

#include <concepts>

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
Tensor empty_like(const Tensor& x, const TensorOptions& options = {});               // no method
Tensor full_like(const Tensor& x, Scalar value, const TensorOptions& options = {});  // no method
Tensor zeros_like(const Tensor& x, const TensorOptions& options = {});               // no method
Tensor ones_like(const Tensor& x, const TensorOptions& options = {});                // no method

/// Of another shape and, unless `options` says otherwise, the dtype of x.
Tensor new_empty(const Tensor& x, const Shape& shape,
                 const TensorOptions& options = {});  // also with a dtype, without braces
Tensor new_full(const Tensor& x, const Shape& shape, Scalar value,
                const TensorOptions& options = {});  // also with a dtype
Tensor new_zeros(const Tensor& x, const Shape& shape,
                 const TensorOptions& options = {});  // also with a dtype, without braces
Tensor new_ones(const Tensor& x, const Shape& shape,
                const TensorOptions& options = {});  // also with a dtype, without braces

// Sizes without braces: zeros(2, 3).

template <detail::Integral... Sizes>
requires(sizeof...(Sizes) > 1) Tensor empty(Sizes... sizes) { return empty(Shape{sizes...}); }
template <detail::Integral... Sizes>
requires(sizeof...(Sizes) > 1) Tensor zeros(Sizes... sizes) { return zeros(Shape{sizes...}); }
template <detail::Integral... Sizes>
requires(sizeof...(Sizes) > 1) Tensor ones(Sizes... sizes) { return ones(Shape{sizes...}); }

// The dtype alone in the place of the options: zeros({2, 3}, float64).

Tensor empty(const Shape& shape, std::same_as<DType> auto dtype) {
  return empty(shape, TensorOptions{.dtype = dtype});
}
Tensor full(const Shape& shape, Scalar value, std::same_as<DType> auto dtype) {
  return full(shape, value, TensorOptions{.dtype = dtype});
}
Tensor zeros(const Shape& shape, std::same_as<DType> auto dtype) {
  return zeros(shape, TensorOptions{.dtype = dtype});
}
Tensor ones(const Shape& shape, std::same_as<DType> auto dtype) {
  return ones(shape, TensorOptions{.dtype = dtype});
}
Tensor empty_like(const Tensor& x, std::same_as<DType> auto dtype) {
  return empty_like(x, TensorOptions{.dtype = dtype});
}
Tensor full_like(const Tensor& x, Scalar value, std::same_as<DType> auto dtype) {
  return full_like(x, value, TensorOptions{.dtype = dtype});
}
Tensor zeros_like(const Tensor& x, std::same_as<DType> auto dtype) {
  return zeros_like(x, TensorOptions{.dtype = dtype});
}
Tensor ones_like(const Tensor& x, std::same_as<DType> auto dtype) {
  return ones_like(x, TensorOptions{.dtype = dtype});
}

}  // namespace tapegrad
