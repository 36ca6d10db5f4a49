// Losses: how far a model's output is from its target. Input and target must have the same shape
// except where labels are involved: nothing broadcasts, because [n, 1] against [n] is a mistake.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// What becomes of the losses of the single elements.
enum class Reduction : std::uint8_t { none, mean, sum };

namespace nn {

struct LossOptions {
  Reduction reduction = Reduction::mean;
};

/// (input - target)^2. Derivative: 2 (input - target), and its negative for the target.
/// Throws ShapeError unless the shapes are equal, DTypeError when both are integers.
Tensor mse_loss(const Tensor& input, const Tensor& target, const LossOptions& options = {});

/// |input - target|. Derivative: sign(input - target), 0 where they are equal, and its negative
/// for the target. Throws as mse_loss.
Tensor l1_loss(const Tensor& input, const Tensor& target, const LossOptions& options = {});

struct BinaryCrossEntropyOptions {
  /// Multiplies the loss of each element; broadcasts to the input's shape.
  Tensor weight = {};
  Reduction reduction = Reduction::mean;
};

/// -(y log x + (1 - y) log(1 - x)) for probabilities x and targets y in [0, 1]; the logarithms are
/// no less than -100, as in PyTorch. Derivative: (x - y) / max(x (1 - x), 1e-12), so that it is
/// finite at 0 and 1; log(1 - x) - log(x) for the target.
/// Throws ShapeError unless the shapes are equal, DTypeError when both are integers, Error when an
/// input lies outside [0, 1]. Where x is a sigmoid, binary_cross_entropy_with_logits is more exact.
Tensor binary_cross_entropy(const Tensor& input, const Tensor& target,
                            const BinaryCrossEntropyOptions& options = {});

struct BinaryCrossEntropyWithLogitsOptions {
  /// Multiplies the loss of each element; broadcasts to the input's shape.
  Tensor weight = {};
  /// Multiplies the part of the positive targets; broadcasts to the input's shape.
  Tensor pos_weight = {};
  Reduction reduction = Reduction::mean;
};

/// binary_cross_entropy of sigmoid(x), as max(x, 0) - x y + log(1 + e^-|x|): without overflow and
/// without loss of digits. Derivative: sigmoid(x) - y, and -x for the target.
/// Throws ShapeError unless the shapes are equal, DTypeError when both are integers.
Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        const BinaryCrossEntropyWithLogitsOptions& options = {});

}  // namespace nn

}  // namespace gnu::visibility("default")]]tapegrad
