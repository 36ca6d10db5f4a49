// What losses have in common after the losses of the single elements: weights and the reduction.
#pragma once

#include "tapegrad/ops/loss.hpp"

namespace tapegrad {

/// weight * loss, and 0 where the weight is 0, even of an infinite loss. Broadcasts and promotes.
/// Derivative: g * loss to the weight, g * weight to the loss; 0 where g or the weight is 0, though
/// the other factor be infinite or NaN.
Tensor weighted(const Tensor& weight, const Tensor& loss);

/// The losses themselves, their mean or their sum.
Tensor reduced(const Tensor& losses, Reduction reduction);

}  // namespace tapegrad
