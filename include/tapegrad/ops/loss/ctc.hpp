// The loss of a sequence of classes whose places in another sequence aren't known.
#pragma once

#include <cstdint>

#include "tapegrad/ops/loss/reduction.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

namespace nn {

struct CtcLossOptions {
  /// The class that says nothing.
  std::int64_t blank = 0;
  /// `mean` divides each loss by the length of its target, and takes the mean of these.
  Reduction reduction = Reduction::mean;
  /// Infinite losses, of targets that don't fit into their inputs, are 0, and so are their
  /// gradients.
  bool zero_infinity = false;
};

/// -log of the probability of each target: of all sequences of classes that become it when equal
/// neighbours are made one, and blanks are dropped then.
///   log_probs: [steps, batch, classes], logarithms of probabilities, as of log_softmax()
///   targets: integers of [batch, longest], of which the first target_lengths[n] count, or of [sum
///     of target_lengths], one target behind the other
///   input_lengths, target_lengths: integers of [batch]    ->  [batch], or []
/// or all without the batch: [steps, classes], [longest], [], []  ->  [].
/// Computed in float64 by the forward and backward variables' logarithms, so that long sequences
/// keep the digits that the elements have. Derivative: less the share of the alignments that take
/// a class at a step; behind log_softmax() that is what PyTorch's function gives, whose gradient
/// has exp(log_probs) more. It is NaN in all of a row whose loss is infinite. Recorded, it is that
/// of the same steps as operations, of any order. Throws ShapeError where shapes don't fit or there
/// is no step or class, DTypeError unless log_probs are floating-point and all others integers,
/// IndexError for a blank or a label that is no class, Error for a label that is the blank and for
/// lengths that are negative or longer than there is room for. Source: Graves et al. (2006),
/// "Connectionist temporal classification: labelling unsegmented sequence data with recurrent
/// neural networks".
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, const CtcLossOptions& options = {});

}  // namespace nn

}  // namespace tapegrad
