// Functions of ops/loss.hpp as modules: each does what the function of its name does, and has its
// options. A weight is a buffer, as PyTorch's are: it is saved and converted with the module. A new
// one is a line.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/loss.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

namespace detail {

/// A loss of an input and a target. What is a tensor of the options is taken out of them.
template <class Options, Tensor (*f)(const Tensor&, const Tensor&, const Options&)>
class Loss : public Module {
 public:
  explicit Loss(Options options = {}) : options_(std::move(options)) {
    take(weight, &options_);
    take_positive(&options_);
  }
  /// Of those that have one, the weight: CrossEntropyLoss(weight).
  template <std::derived_from<Tensor> T>
  requires requires(Options o) { o.weight; }
  explicit Loss(const T& of_classes) : Loss(Options{.weight = of_classes}) {}
  template <class T>
  requires std::is_arithmetic_v<T>
  explicit Loss(T) {
    static_assert(!std::is_arithmetic_v<T>, "name the options: {.delta = 0.5}, for example");
  }

  Buffer weight;      ///< or undefined
  Buffer pos_weight;  ///< or undefined

  void visit(Visitor& v) override {
    v("weight", weight);
    v("pos_weight", pos_weight);
  }
  Tensor forward(const Tensor& input, const Tensor& target) const {
    Options options = options_;
    if constexpr (requires { options.weight; }) options.weight = weight;
    if constexpr (requires { options.pos_weight; }) options.pos_weight = pos_weight;
    return f(input, target, options);
  }
  Tensor operator()(const Tensor& input, const Tensor& target) const {
    const NameScope scope(scope_name());
    return noted(*this, forward(input, target));
  }

 private:
  static void take(Buffer& buffer, auto* options) {
    if constexpr (requires { options->weight; }) {
      if (options->weight.defined()) buffer = std::exchange(options->weight, {}).detach();
    }
  }
  void take_positive(auto* options) {
    if constexpr (requires { options->pos_weight; }) {
      if (options->pos_weight.defined()) {
        pos_weight = std::exchange(options->pos_weight, {}).detach();
      }
    }
  }

  Options options_;
};

/// A loss of three tensors.
template <class Options, Tensor (*f)(const Tensor&, const Tensor&, const Tensor&, const Options&)>
class LossOfThree : public Module {
 public:
  explicit LossOfThree(Options options = {}) : options_(std::move(options)) {}
  template <class T>
  requires std::is_arithmetic_v<T>
  explicit LossOfThree(T) {
    static_assert(!std::is_arithmetic_v<T>, "name the options: {.margin = 0.5}, for example");
  }
  Tensor forward(const Tensor& a, const Tensor& b, const Tensor& c) const {
    return f(a, b, c, options_);
  }
  Tensor operator()(const Tensor& a, const Tensor& b, const Tensor& c) const {
    const NameScope scope(scope_name());
    return noted(*this, forward(a, b, c));
  }

 private:
  Options options_;
};

}  // namespace detail

/// ctc_loss(): log-probabilities, targets, the lengths of both.
class CTCLoss : public Module {
 public:
  explicit CTCLoss(const CtcLossOptions& options = {}) : options_(options) {}
  Tensor forward(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                 const Tensor& target_lengths) const {
    return ctc_loss(log_probs, targets, input_lengths, target_lengths, options_);
  }
  Tensor operator()(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                    const Tensor& target_lengths) const {
    const NameScope scope(scope_name());
    return detail::noted(*this, forward(log_probs, targets, input_lengths, target_lengths));
  }

 private:
  CtcLossOptions options_;
};

struct MSELoss : detail::Loss<LossOptions, mse_loss> {
  using Loss::Loss;
};
struct L1Loss : detail::Loss<LossOptions, l1_loss> {
  using Loss::Loss;
};
struct SmoothL1Loss : detail::Loss<SmoothL1LossOptions, smooth_l1_loss> {
  using Loss::Loss;
};
struct HuberLoss : detail::Loss<HuberLossOptions, huber_loss> {
  using Loss::Loss;
};
struct BCELoss : detail::Loss<BinaryCrossEntropyOptions, binary_cross_entropy> {
  using Loss::Loss;
};
struct BCEWithLogitsLoss
    : detail::Loss<BinaryCrossEntropyWithLogitsOptions, binary_cross_entropy_with_logits> {
  using Loss::Loss;
};
struct CrossEntropyLoss : detail::Loss<CrossEntropyOptions, cross_entropy> {
  using Loss::Loss;
};
struct NLLLoss : detail::Loss<NllLossOptions, nll_loss> {
  using Loss::Loss;
};
struct KLDivLoss : detail::Loss<KlDivOptions, kl_div> {
  using Loss::Loss;
};
struct PoissonNLLLoss : detail::Loss<PoissonNllLossOptions, poisson_nll_loss> {
  using Loss::Loss;
};
struct SoftMarginLoss : detail::Loss<LossOptions, soft_margin_loss> {
  using Loss::Loss;
};
struct HingeEmbeddingLoss : detail::Loss<HingeEmbeddingLossOptions, hinge_embedding_loss> {
  using Loss::Loss;
};
struct MultiMarginLoss : detail::Loss<MultiMarginLossOptions, multi_margin_loss> {
  using Loss::Loss;
};
struct MultiLabelMarginLoss : detail::Loss<LossOptions, multilabel_margin_loss> {
  using Loss::Loss;
};
struct MultiLabelSoftMarginLoss
    : detail::Loss<MultilabelSoftMarginLossOptions, multilabel_soft_margin_loss> {
  using Loss::Loss;
};
struct GaussianNLLLoss : detail::LossOfThree<GaussianNllLossOptions, gaussian_nll_loss> {
  using LossOfThree::LossOfThree;
};
struct MarginRankingLoss : detail::LossOfThree<MarginOptions, margin_ranking_loss> {
  using LossOfThree::LossOfThree;
};
struct CosineEmbeddingLoss : detail::LossOfThree<MarginOptions, cosine_embedding_loss> {
  using LossOfThree::LossOfThree;
};
struct TripletMarginLoss : detail::LossOfThree<TripletMarginLossOptions, triplet_margin_loss> {
  using LossOfThree::LossOfThree;
};
struct TripletMarginWithDistanceLoss
    : detail::LossOfThree<TripletMarginWithDistanceLossOptions, triplet_margin_with_distance_loss> {
  using LossOfThree::LossOfThree;
};

}  // namespace nn
}  // namespace tapegrad
