// What neural networks put between their layers.
// In-place forms: x.relu_() is relu() written into x.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// 1 / (1 + e^-x), without overflow on either side. Derivative: y (1 - y), with its digits where y
/// rounds to 1, at every order.
Tensor sigmoid(const Tensor& x);
/// Hyperbolic tangent. Derivative: 1 - y^2, with its digits where y rounds to 1 or -1, at every
/// order.
Tensor tanh(const Tensor& x);
/// max(x, 0); integers stay integers; NaN stays. Derivative: 1 above 0 and where x is NaN, as in
/// PyTorch; 0 elsewhere, so at the kink, 0, too.
Tensor relu(const Tensor& x);
/// log(1 + e^x), without overflow. Derivative: sigmoid(x).
Tensor softplus(const Tensor& x);
/// softplus(beta x) / beta. PyTorch's threshold, from which on the result is x itself, isn't
/// needed.
Tensor softplus(const Tensor& x, Scalar beta, detail::NoThreshold none = {});
/// log(sigmoid(x)), without overflow. Derivative: sigmoid(-x).
Tensor logsigmoid(const Tensor& x);
/// x / (1 + |x|), between -1 and 1; NaN where x is infinite. Derivative: 1 / (1 + |x|)^2.
Tensor softsign(const Tensor& x);
/// x - tanh(x), with its digits around 0. Derivative: tanh(x)^2.
Tensor tanhshrink(const Tensor& x);

}  // namespace tapegrad
