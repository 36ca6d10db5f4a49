// Binary cross entropy with logits and weights, element by element.
#pragma once

#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// no * softplus(x) + yes * softplus(-x), where both weights have x's shape and element type. It
/// has its digits wherever its type holds it: a weight may be large and a softplus below the
/// smallest normal number. A weight of 0 counts for 0, whatever x is. Derivative: softplus(x),
/// softplus(-x), no * sigmoid(x) - yes * sigmoid(-x).
Tensor weighted_logits(const Tensor& no, const Tensor& yes, const Tensor& x);

}  // namespace tapegrad
