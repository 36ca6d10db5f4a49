// The check of operations on float32 and float64 alone.
#pragma once

#include <string_view>

#include "core/check.hpp"

namespace tapegrad {

/// Throws DTypeError in `operation`'s name unless `dtype` is floating-point.
inline void check_floating(std::string_view operation, DType dtype) {
  check<DTypeError>(is_floating(dtype),
                    "{}: needs a floating-point tensor, got {}; convert it with to(float32)",
                    operation, dtype);
}

inline void check_floating(std::string_view operation, const Tensor& x) {
  check_defined(operation, x);
  check_floating(operation, x.dtype());
}

}  // namespace tapegrad
