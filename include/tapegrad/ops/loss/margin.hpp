// Losses of distances, and of scores that are to differ by a margin. Where a part of one is at its
// limit, its derivative is that of clamp_min().
#pragma once

#include <cstdint>
#include <functional>

#include "tapegrad/ops/loss/reduction.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

namespace nn {

struct MarginOptions {
  double margin = 0;
  Reduction reduction = Reduction::mean;
};

/// max(0, margin - target (input1 - input2)): a target of 1 wants the first to be larger, -1 the
/// second. Derivative: -target where the loss isn't 0, target for input2, input2 - input1 for the
/// target. Throws ShapeError unless the shapes are equal, DTypeError when all are integers.
Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                           const MarginOptions& options = {});

struct HingeEmbeddingLossOptions {
  double margin = 1;
  Reduction reduction = Reduction::mean;
};

/// Of distances: the input where the target is 1, max(0, margin - input) where it is -1; both
/// together for any other target. Derivative: 1, or -1 below the margin. Throws as mse_loss.
Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target,
                            const HingeEmbeddingLossOptions& options = {});

/// 1 - cos(input1, input2) where the target is 1, max(0, cos - margin) where it is -1, 0 for any
/// other target.
///   inputs: [n, size] or [size], target: [n] or []
/// Derivative: that of these operations, a square of 1e-12 being added to both lengths. Throws
/// ShapeError where shapes don't fit, DTypeError for integers.
Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                             const MarginOptions& options = {});

struct TripletMarginLossOptions {
  double margin = 1;
  double p = 2;
  double eps = 1e-6;
  /// Takes the negative's distance from anchor or positive, whichever is nearer.
  bool swap = false;
  Reduction reduction = Reduction::mean;
};

/// max(0, margin + |anchor - positive| - |anchor - negative|), by pairwise_distance().
///   all three: [..., size]  ->  [...]
/// Derivative: that of pairwise_distance. Throws ShapeError unless the shapes are equal or where
/// their rank is 0, DTypeError when all are integers, Error unless 0 < margin.
/// Source: Balntas et al. (2016), "Learning local feature descriptors with triplets and shallow
/// convolutional neural networks".
Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           const TripletMarginLossOptions& options = {});

struct TripletMarginWithDistanceLossOptions {
  /// Of two tensors of the inputs' shape; pairwise_distance() unless given.
  std::function<Tensor(const Tensor&, const Tensor&)> distance_function = {};
  double margin = 1;
  bool swap = false;
  Reduction reduction = Reduction::mean;
};

/// triplet_margin_loss() by any distance, whose derivative it has. Throws as that, Error where the
/// function gives an undefined tensor, and what it throws.
Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive,
                                         const Tensor& negative,
                                         const TripletMarginWithDistanceLossOptions& options = {});

/// log(1 + exp(-target input)), without overflow. Derivative: -target sigmoid(-target input).
/// Throws as mse_loss.
Tensor soft_margin_loss(const Tensor& input, const Tensor& target, const LossOptions& options = {});

struct MultiMarginLossOptions {
  /// 1 or 2.
  std::int64_t p = 1;
  double margin = 1;
  /// A factor for each class: shape [classes]. A constant: no gradient flows to it.
  Tensor weight = {};
  Reduction reduction = Reduction::mean;
};

/// weight[y] sum(max(0, margin - x[y] + x[i])^p) / classes over the classes i other than y, the
/// label.
///   input: scores [n, classes] or [classes], target: integers of shape [n] or []  ->  [n] or []
/// Derivative: that of these operations. Throws ShapeError where shapes don't fit, DTypeError
/// unless the scores are floating-point and the labels integers, IndexError for a label that is no
/// class, Error for another p.
Tensor multi_margin_loss(const Tensor& input, const Tensor& target,
                         const MultiMarginLossOptions& options = {});

/// sum(max(0, 1 - (x[y] - x[i]))) / classes over the labels y and all classes i that are no label.
///   input: scores [n, classes] or [classes]  ->  [n] or []
///   target: integers of the input's shape: labels, up to the first -1
/// Derivative: that of these operations. Throws as multi_margin_loss.
Tensor multilabel_margin_loss(const Tensor& input, const Tensor& target,
                              const LossOptions& options = {});

struct MultilabelSoftMarginLossOptions {
  /// A factor for each class, which broadcasts to the input's shape.
  Tensor weight = {};
  Reduction reduction = Reduction::mean;
};

/// The mean of binary_cross_entropy_with_logits along the last dimension: [..., classes] -> [...].
/// Throws as mse_loss, and ShapeError where the rank is 0.
Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target,
                                   const MultilabelSoftMarginLossOptions& options = {});

}  // namespace nn

}  // namespace tapegrad
