// A softmax over very many classes, of which few are frequent.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/sequential.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

struct AdaptiveLogSoftmaxOptions {
  /// By how much the features of each group are fewer than those of the one before it.
  double div_value = 4;
  bool head_bias = false;
  DType dtype = float32;
  Generator& generator = default_generator();
};

struct AdaptiveLogSoftmaxResult {
  Tensor output;  ///< [n], or []: the logarithm of the target's probability
  Tensor loss;    ///< the mean of -output
};

/// Classes by how frequent they are: those below cutoffs[0] and the groups of all others are the
/// outputs of `head`, those of a group the outputs of its part of `tail`, which computes for the
/// rows alone whose targets lie there. A class of a group has the probability of both.
///   input: [n, in_features] or [in_features], target: integers of [n] or []
/// Which rows a part computes is decided by their targets, so that no program can be captured that
/// runs it. Begins as Linear does.
/// Source: Grave et al. (2017), "Efficient softmax approximation for GPUs".
class AdaptiveLogSoftmaxWithLoss : public Module {
 public:
  /// Throws Error unless the cutoffs grow and lie between 1 and n_classes - 1, and where a group
  /// has no feature left.
  AdaptiveLogSoftmaxWithLoss(AsSize in_features, AsSize n_classes,
                             const std::vector<std::int64_t>& cutoffs,
                             const AdaptiveLogSoftmaxOptions& options = {});

  Linear head;                   ///< to cutoffs[0] classes and the groups
  std::vector<Sequential> tail;  ///< of each group two Linear without bias

  void visit(Visitor& v) override;
  /// Throws ShapeError where shapes don't fit, DTypeError unless targets are integers, IndexError
  /// for one that is no class.
  AdaptiveLogSoftmaxResult forward(const Tensor& input, const Tensor& target) const;
  AdaptiveLogSoftmaxResult operator()(const Tensor& input, const Tensor& target) const {
    const NameScope scope(scope_name());
    return detail::noted(*this, forward(input, target));
  }
  /// The logarithms of all probabilities: [n, in_features] -> [n, n_classes], or without n.
  Tensor log_prob(const Tensor& input) const;
  /// The most probable class: [n], or [].
  Tensor predict(const Tensor& input) const;

 private:
  void check_features(const Tensor& input) const;

  std::vector<std::int64_t> cutoffs_;  ///< with n_classes at the end
};

}  // namespace nn
}  // namespace tapegrad
