// What is known of each feature: that x has such, as numbers.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/check.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::data {

/// Throws in `operation`'s name unless x has this dimension, counted from the end, and is of
/// floating-point type.
inline void check_features(std::string_view operation, const Tensor& x, std::int64_t dim = -1) {
  check<ShapeError>(x.dim() >= -dim, "{}: features lie along dimension {}, and shape {} has none",
                    operation, dim, x.shape());
  check<DTypeError>(is_floating(x.dtype()),
                    "{}: needs a floating-point tensor, got {}; convert it with to(float32)",
                    operation, x.dtype());
}

}  // namespace tapegrad::data
