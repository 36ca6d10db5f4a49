// Losses over classes.
#pragma once

#include "tapegrad/ops/loss/reduction.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

namespace nn {

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
