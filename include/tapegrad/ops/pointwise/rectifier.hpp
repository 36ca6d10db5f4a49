// Activations that are two or three pieces, most of them straight.
// In-place forms: x.elu_() is elu() written into x.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// x above 0, `negative_slope` times x elsewhere. Derivative: 1 or the slope, which also holds at
/// the kink, 0.
Tensor leaky_relu(const Tensor& x, double negative_slope = 0.01);
/// leaky_relu with a slope that is learned: one for all, or one for each channel, [c], of an x of
/// shape [n, c, ...]. Derivative: to x 1 or the slope, which also holds at the kink, 0; to the
/// weight x where that isn't positive, 0 elsewhere. Throws ShapeError if the weight has another
/// shape.
Tensor prelu(const Tensor& x, const Tensor& weight);
/// x above 0, alpha (e^x - 1) elsewhere. Derivative: 1 or alpha e^x, at the kink, 0, alpha.
Tensor elu(const Tensor& x, double alpha = 1);
/// 1.0507... times elu with the alpha 1.6733..., which keep mean 0 and variance 1. Derivative: as
/// elu; at the kink, 0, the product of both. Source: Klambauer et al. (2017), "Self-normalizing
/// neural networks".
Tensor selu(const Tensor& x);
/// x above 0, alpha (e^(x / alpha) - 1) elsewhere. Derivative: 1 or e^(x / alpha), smooth at 0.
/// Throws Error if alpha is 0.
Tensor celu(const Tensor& x, double alpha = 1);
/// x above `threshold`, `value` elsewhere; NaN stays. Derivative: 1 or 0, at the kink 0.
Tensor threshold(const Tensor& x, Scalar threshold, Scalar value);
/// x limited to [low, high]; NaN stays. Derivative: 1 inside, 0 outside and at the kinks, which are
/// the limits: there clamp has 1. Throws Error unless low <= high.
Tensor hardtanh(const Tensor& x, double low = -1, double high = 1);
/// x limited to [0, 6]; integers stay integers. Derivative and kinks as hardtanh.
Tensor relu6(const Tensor& x);
/// (x + 3) / 6 limited to [0, 1]. Derivative: 1 / 6 inside, 0 outside and at the kinks, -3 and 3.
Tensor hardsigmoid(const Tensor& x);
/// 0 where |x| <= lambda, else x moved towards 0 by lambda; NaN stays. Derivative: 0 or 1, at the
/// kinks 0. Throws Error if lambda is negative.
Tensor softshrink(const Tensor& x, double lambda = 0.5);
/// 0 where |x| <= lambda, else x; NaN stays. Derivative: 0 or 1, at the kinks 0. Throws Error if
/// lambda is negative.
Tensor hardshrink(const Tensor& x, double lambda = 0.5);

}  // namespace tapegrad
