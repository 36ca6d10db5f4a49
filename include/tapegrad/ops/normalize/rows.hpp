// Norms over the last dimensions, which have weights of their own.
#pragma once

#include <optional>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

namespace nn {

/// Normalised over the last dimensions, which have the sizes `normalized_shape`; so have weight and
/// bias.
///   Derivative, with y before weight and bias: (d - mean(d) - y mean(d y)) / deviation, d being g
/// weight; g y to the weight, g to the bias. Source: Ba, Kiros & Hinton (2016), "Layer
/// normalization".
Tensor layer_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight = {},
                  const Tensor& bias = {}, double eps = 1e-5);

/// x / sqrt(mean(x^2) + eps) weight: without the mean. `eps` is that of x's element type where none
/// is given. Derivative: (d - y mean(d y)) / sqrt(mean(x^2) + eps). Source: Zhang & Sennrich
/// (2019), "Root mean square layer normalization".
Tensor rms_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight = {},
                std::optional<double> eps = {});

}  // namespace nn

}  // namespace tapegrad
