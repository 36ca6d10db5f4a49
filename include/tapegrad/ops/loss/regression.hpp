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

struct HuberLossOptions {
  Reduction reduction = Reduction::mean;
  /// From here on the loss grows linearly.
  double delta = 1;
};

/// d^2 / 2 where |d| <= delta, d being input - target, and delta (|d| - delta / 2) beyond.
/// Derivative: d, limited to [-delta, delta], and its negative for the target; its own, where |d|
/// is delta, is that of d. Throws as mse_loss, and Error unless 0 < delta. Source: Huber (1964),
/// "Robust estimation of a location parameter".
Tensor huber_loss(const Tensor& input, const Tensor& target, const HuberLossOptions& options = {});

struct SmoothL1LossOptions {
  Reduction reduction = Reduction::mean;
  /// From here on the loss is |d| - beta / 2; 0 makes it l1_loss.
  double beta = 1;
};

/// huber_loss with a delta of beta, by beta: its slope ends at 1. Throws as mse_loss, and Error
/// unless 0 <= beta.
Tensor smooth_l1_loss(const Tensor& input, const Tensor& target,
                      const SmoothL1LossOptions& options = {});

}  // namespace nn

}  // namespace tapegrad
