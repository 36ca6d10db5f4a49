// What the functions that make tensors from nothing do with their options.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/check.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// The element type that was chosen; throws DTypeError in `operation`'s name for what is none.
inline DType chosen(std::string_view operation, const TensorOptions& options, DType usual) {
  const DType dtype = options.dtype.value_or(usual);
  check_dtype(operation, dtype);
  return dtype;
}

inline Tensor finished(Tensor x, const TensorOptions& options) {
  if (options.requires_grad) x.requires_grad_();
  return x;
}

/// The options of a `_like` form: x's dtype unless they name one.
inline TensorOptions like(std::string_view operation, const Tensor& x, TensorOptions options) {
  check_defined(operation, x);
  if (!options.dtype) options.dtype = x.dtype();
  return options;
}

/// Throws DTypeError in `operation`'s name for an element that doesn't fit `dtype`.
void check_fits(std::string_view operation, const Tensor& x, DType dtype);

/// x in another element type, outside the tape, after check_fits().
Tensor stored(std::string_view operation, const Tensor& x, DType dtype);

/// Throws DTypeError unless every integer from `first` to `last` is one of dtype's values.
void check_holds(std::string_view operation, DType dtype, std::int64_t first, std::int64_t last);

}  // namespace tapegrad
