// Losses of probabilities of one class.
#pragma once

#include "tapegrad/ops/loss/reduction.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

namespace nn {

struct BinaryCrossEntropyOptions {
  /// Multiplies the loss of each element; broadcasts to the input's shape.
  Tensor weight = {};
  Reduction reduction = Reduction::mean;
};

/// -(y log x + (1 - y) log(1 - x)) for probabilities x and targets y in [0, 1]; the logarithms are
/// no less than -100, as in PyTorch. Derivative: (1 - y) / (1 - x) - y / x, in which no divisor is
/// below 1e-12, so that it is finite at 0 and 1; log(1 - x) - log(x) for the target. Derivatives of
/// every order have the same limits: the second is (1 - y) / (1 - x)^2 + y / x^2, 1e24 where x is 0
/// and y is 1, the third -2e36 there. At the kinks, x and y both 0 or both 1, the first is 0 as in
/// PyTorch, the others are those of the formula. Throws ShapeError unless the shapes are equal,
/// DTypeError when both are integers, Error when an input lies outside [0, 1]. Where x is a
/// sigmoid, binary_cross_entropy_with_logits is more exact.
Tensor binary_cross_entropy(const Tensor& input, const Tensor& target,
                            const BinaryCrossEntropyOptions& options = {});

struct BinaryCrossEntropyWithLogitsOptions {
  /// Multiplies the loss of each element; broadcasts to the input's shape.
  Tensor weight = {};
  /// Multiplies the part of the positive targets; broadcasts to the input's shape.
  Tensor pos_weight = {};
  Reduction reduction = Reduction::mean;
};

/// binary_cross_entropy of sigmoid(x), without overflow and, weighted or not, without loss of
/// digits, however small loss and derivative are, and however large the weights beside them.
/// Derivative: sigmoid(x) - y, and -x for the
/// target. Throws ShapeError unless the shapes are equal, DTypeError when both are integers.
Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        const BinaryCrossEntropyWithLogitsOptions& options = {});

}  // namespace nn

}  // namespace tapegrad
