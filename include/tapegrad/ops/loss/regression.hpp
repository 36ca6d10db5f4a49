// Losses of numbers.
#pragma once

#include "tapegrad/ops/loss/reduction.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

namespace nn {

/// (input - target)^2. Derivative: 2 (input - target), and its negative for the target.
/// Throws ShapeError unless the shapes are equal, DTypeError when both are integers.
Tensor mse_loss(const Tensor& input, const Tensor& target, const LossOptions& options = {});

/// |input - target|. Derivative: sign(input - target), 0 at the kink, where they are equal, and its
/// negative for the target. Throws as mse_loss.
Tensor l1_loss(const Tensor& input, const Tensor& target, const LossOptions& options = {});

}  // namespace nn

}  // namespace tapegrad
