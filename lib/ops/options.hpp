// What the functions that make tensors from nothing do with their options.
#pragma once

#include <cstdint>
#include <string_view>

#include "tapegrad/tensor.hpp"

namespace tapegrad {

inline Tensor finished(Tensor x, const TensorOptions& options) {
  if (options.requires_grad) x.requires_grad_();
  return x;
}

/// The options of a `_like` form: x's dtype unless they name one.
inline TensorOptions like(const Tensor& x, TensorOptions options) {
  if (!options.dtype) options.dtype = x.dtype();
  return options;
}

/// Throws DTypeError unless every integer from `first` to `last` is one of dtype's values.
void check_holds(std::string_view operation, DType dtype, std::int64_t first, std::int64_t last);

}  // namespace tapegrad
