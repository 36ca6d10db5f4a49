// Losses: how far a model's output is from its target. Input and target must have the same shape
// except where labels are involved: nothing broadcasts, because [n, 1] against [n] is a mistake.
//
// A loss has the element type in which everything that it is given meets, weights included, and is
// computed in it: result_type(), as in arithmetic. A float64 weight beside float32 makes a float64
// loss with float64's digits.
//
// A weight of 0 masks: loss and gradient of its element are 0, even where the element is infinite
// or NaN. So does a label that is ignored, and a gradient of 0.
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

/// |input - target|. Derivative: sign(input - target), 0 at the kink, where they are equal, and its
/// negative for the target. Throws as mse_loss.
Tensor l1_loss(const Tensor& input, const Tensor& target, const LossOptions& options = {});

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

struct NllLossOptions {
  /// A factor for each class: shape [classes]. A constant: no gradient flows to it.
  Tensor weight = {};
  /// Elements with this label count neither in the loss nor in its mean.
  std::int64_t ignore_index = -100;
  Reduction reduction = Reduction::mean;
};

/// The negative log-likelihood of the labels: -weight[t] x[n, t].
///   input: log-probabilities [classes], [n, classes] or [n, classes, ...]
///   target: integers of shape [], [n] or [n, ...]
/// The mean divides by the sum of the weights of the labels; it is NaN where all are ignored.
/// Derivative: -weight[t] at the labels, 0 elsewhere.
/// Throws ShapeError when the shapes don't fit, DTypeError unless the input is floating-point and
/// the labels integers, IndexError for a label that is neither a class nor ignore_index.
Tensor nll_loss(const Tensor& input, const Tensor& target, const NllLossOptions& options = {});

struct CrossEntropyOptions {
  /// A factor for each class: shape [classes]. A constant: no gradient flows to it.
  Tensor weight = {};
  /// Elements with this label count neither in the loss nor in its mean. For labels only.
  std::int64_t ignore_index = -100;
  Reduction reduction = Reduction::mean;
  /// In [0, 1]: how much of every target is spread evenly over the classes.
  double label_smoothing = 0;
};

/// nll_loss of log_softmax(input) over the classes, as exact for large logits.
///   input: logits [classes], [n, classes] or [n, classes, ...]
///   target: integers of shape [], [n] or [n, ...], or floating-point probabilities of the classes
///           in the input's shape
/// With labels, the mean divides by the sum of their weights; with probabilities, by the number of
/// rows. Derivative: softmax(input) - target, weighted; -weight log_softmax(input) for
/// probabilities. A loss or a probability below the smallest normal number (1.2e-38 for float32)
/// has lost digits before a class weight multiplies it, however large. Throws as nll_loss, and
/// Error when label_smoothing lies outside [0, 1].
Tensor cross_entropy(const Tensor& input, const Tensor& target,
                     const CrossEntropyOptions& options = {});

}  // namespace nn

}  // namespace tapegrad
