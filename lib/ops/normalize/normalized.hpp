// The operations that normalise. Arguments have been checked; weight and bias may be undefined.
#pragma once

#include <string_view>

#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// Throws in `operation`'s name unless weight and bias, where there are any, are of x's type and of
/// that shape, and x of a floating-point type.
void check_affine(std::string_view operation, const Tensor& x, const Tensor& weight,
                  const Tensor& bias, const Shape& shape);

/// Rows of `length` elements; without their mean or, as rms_norm, with it.
Tensor normalized_rows(const Tensor& x, const Tensor& weight, const Tensor& bias,
                       std::int64_t length, double eps);
Tensor scaled_rows(const Tensor& x, const Tensor& weight, std::int64_t length, double eps);

/// Also the means and variances that x was normalised by: [2, units] of float64, through which
/// nothing flows back.
struct Normalized {
  Tensor y, moments;
};
/// Groups of the channels of [n, channels, ...].
Normalized normalized_groups(const Tensor& x, const Tensor& weight, const Tensor& bias,
                             std::int64_t groups, double eps);
/// Channels of [n, channels, ...].
Normalized normalized_channels(const Tensor& x, const Tensor& weight, const Tensor& bias,
                               double eps);

}  // namespace tapegrad
