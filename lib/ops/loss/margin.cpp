#include "tapegrad/ops/loss/margin.hpp"

#include "core/check.hpp"
#include "core/layout.hpp"
#include "core/speaking.hpp"
#include "ops/broadcast.hpp"
#include "ops/loss/reduction.hpp"
#include "ops/weighted.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape/axes.hpp"

namespace tapegrad {
namespace {

void check_three(std::string_view name, const Tensor& a, const Tensor& b, const Tensor& c,
                 Reduction reduction) {
  check_defined(name, a, b, c);
  check_reduction(name, reduction);
  check<ShapeError>(a.shape() == b.shape() && a.shape() == c.shape(),
                    "{}: shapes differ: {}, {} and {}; reshape them", name, a.shape(), b.shape(),
                    c.shape());
  check<DTypeError>(is_floating(result_type(a, b)) || is_floating(c.dtype()),
                    "{}: needs a floating-point tensor, got {}, {} and {}; convert one with "
                    "to(float32)",
                    name, a.dtype(), b.dtype(), c.dtype());
}

/// Scores [n, classes] or [classes] of a floating-point type.
void check_scores(std::string_view name, const Tensor& input, const Tensor& target,
                  Reduction reduction) {
  check_defined(name, input, target);
  check_reduction(name, reduction);
  check<ShapeError>(input.dim() == 1 || input.dim() == 2,
                    "{}: input is {}; it needs [n, classes] or [classes]", name, input.shape());
  check<DTypeError>(is_floating(input.dtype()), "{}: input is {}; convert it with to(float32)",
                    name, input.dtype());
  check<DTypeError>(!is_floating(target.dtype()) && target.dtype() != boolean,
                    "{}: labels are {}, not integers; convert them with to(int64)", name,
                    target.dtype());
}

/// The losses of rows: of a single one without its dimension.
Tensor reduced_rows(const Tensor& losses, const Tensor& input, Reduction reduction) {
  return reduced(input.dim() == 1 ? losses.squeeze(0) : losses, reduction);
}

Tensor as_rows(const Tensor& x) { return x.dim() == 1 ? x.unsqueeze(0) : x; }

}  // namespace

namespace nn {

Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                           const MarginOptions& options) {
  check_three("margin_ranking_loss", input1, input2, target, options.reduction);
  return speaking_as("margin_ranking_loss", [&] {
    return reduced(clamp_min(options.margin - target * (input1 - input2), 0), options.reduction);
  });
}

Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target,
                            const HingeEmbeddingLossOptions& options) {
  check_pair("hinge_embedding_loss", input, target, options.reduction);
  return speaking_as("hinge_embedding_loss", [&] {
    const Tensor far = where(target != 1, clamp_min(options.margin - input, 0), 0);
    return reduced(where(target != -1, input, 0) + far, options.reduction);
  });
}

Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                             const MarginOptions& options) {
  constexpr std::string_view name = "cosine_embedding_loss";
  check_defined(name, input1, input2, target);
  check_pair(name, input1, input2, options.reduction);
  check<ShapeError>(input1.dim() == target.dim() + 1 && target.dim() <= 1 &&
                        (target.dim() == 0 || target.size(0) == input1.size(0)),
                    "{}: inputs are {}, target is {}; they need [n, size] and [n], or [size] and "
                    "[]",
                    name, input1.shape(), target.shape());
  return speaking_as(name, [&] {
    const auto length = [](const Tensor& x) { return sum(square(x), -1) + 1e-12; };
    const Tensor cosine = sum(input1 * input2, -1) / sqrt(length(input1) * length(input2));
    const Tensor alike = where(target == 1, 1 - cosine, 0);
    const Tensor unlike = where(target == -1, clamp_min(cosine - options.margin, 0), 0);
    return reduced(alike + unlike, options.reduction);
  });
}

namespace {

/// How much nearer the negative is than it may be.
template <class Options, class F>
Tensor of_distances(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                    const Options& options, const F& distance) {
  Tensor far = distance(anchor, negative);
  if (options.swap) far = minimum(far, distance(positive, negative));
  return reduced(clamp_min(options.margin + distance(anchor, positive) - far, 0),
                 options.reduction);
}

}  // namespace

Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           const TripletMarginLossOptions& options) {
  constexpr std::string_view name = "triplet_margin_loss";
  check_three(name, anchor, positive, negative, options.reduction);
  check<ShapeError>(anchor.dim() > 0, "{}: the anchor has rank 0; it needs [..., size]", name);
  check<Error>(options.margin > 0, "{}: margin is {}; it must be above 0", name, options.margin);
  return speaking_as(name, [&] {
    return of_distances(anchor, positive, negative, options, [&](const Tensor& a, const Tensor& b) {
      return pairwise_distance(a, b, options.p, options.eps);
    });
  });
}

Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive,
                                         const Tensor& negative,
                                         const TripletMarginWithDistanceLossOptions& options) {
  constexpr std::string_view name = "triplet_margin_with_distance_loss";
  check_three(name, anchor, positive, negative, options.reduction);
  check<ShapeError>(anchor.dim() > 0, "{}: the anchor has rank 0; it needs [..., size]", name);
  check<Error>(options.margin > 0, "{}: margin is {}; it must be above 0", name, options.margin);
  return speaking_as(name, [&] {
    return of_distances(anchor, positive, negative, options, [&](const Tensor& a, const Tensor& b) {
      if (!options.distance_function) return pairwise_distance(a, b);
      const Tensor y = options.distance_function(a, b);
      check<Error>(y.defined(), "{}: the distance function gave an undefined tensor", name);
      return y;
    });
  });
}

Tensor soft_margin_loss(const Tensor& input, const Tensor& target, const LossOptions& options) {
  check_pair("soft_margin_loss", input, target, options.reduction);
  return speaking_as("soft_margin_loss",
                     [&] { return reduced(-logsigmoid(target * input), options.reduction); });
}

Tensor multi_margin_loss(const Tensor& input, const Tensor& target,
                         const MultiMarginLossOptions& options) {
  constexpr std::string_view name = "multi_margin_loss";
  check_scores(name, input, target, options.reduction);
  check<ShapeError>(
      target.dim() == input.dim() - 1 && (target.dim() == 0 || target.size(0) == input.size(0)),
      "{}: input {} needs labels of shape [n] or [], got {}", name, input.shape(), target.shape());
  check<Error>(options.p == 1 || options.p == 2, "{}: p is {}; use 1 or 2", name, options.p);
  const std::int64_t classes = input.size(-1);
  const Tensor& weight = options.weight;
  if (weight.defined()) {
    check<ShapeError>(weight.shape() == Shape{classes},
                      "{}: weight has shape {}, but input {} needs [{}]", name, weight.shape(),
                      input.shape(), classes);
  }
  return speaking_as(name, [&] {
    const Tensor x = as_rows(input);
    const Tensor labels = target.reshape({-1, 1}).to(int64);
    const Tensor others = labels != arange(classes);
    const Tensor above = relu(options.margin - gather(x, 1, labels) + x);
    const Tensor each = where(others, options.p == 2 ? square(above) : above, 0);
    const Tensor losses = sum(each, 1) / static_cast<double>(classes);
    if (!weight.defined()) return reduced_rows(losses, input, options.reduction);
    const Tensor factors = index_select(weight.detach(), 0, labels.flatten());
    return reduced_rows(weighted(factors, losses), input, options.reduction);
  });
}

Tensor multilabel_margin_loss(const Tensor& input, const Tensor& target,
                              const LossOptions& options) {
  constexpr std::string_view name = "multilabel_margin_loss";
  check_scores(name, input, target, options.reduction);
  check<ShapeError>(input.shape() == target.shape(), "{}: shapes differ: input {}, target {}", name,
                    input.shape(), target.shape());
  return speaking_as(name, [&] {
    const Tensor x = as_rows(input);
    const Tensor labels = as_rows(target).to(int64);
    const Tensor counts = cumprod((labels >= 0).to(int64), 1);  // 0 from the first -1 on
    const Tensor places = labels * counts;
    const Tensor hits = scatter_add(zeros_like(labels), 1, places, counts);
    const Tensor pairs = (counts != 0).unsqueeze(2) & (hits == 0).unsqueeze(1);
    const Tensor above = relu(1 - gather(x, 1, places).unsqueeze(2) + x.unsqueeze(1));
    const Tensor losses = sum(where(pairs, above, 0), {1, 2}) / static_cast<double>(x.size(1));
    return reduced_rows(losses, input, options.reduction);
  });
}

Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target,
                                   const MultilabelSoftMarginLossOptions& options) {
  constexpr std::string_view name = "multilabel_soft_margin_loss";
  check_pair(name, input, target, options.reduction);
  check<ShapeError>(input.dim() > 0, "{}: the input has rank 0; it needs [..., classes]", name);
  return speaking_as(name, [&] {
    const Tensor each = binary_cross_entropy_with_logits(
        input, target, {.weight = options.weight, .reduction = Reduction::none});
    return reduced(mean(each, -1), options.reduction);
  });
}

}  // namespace nn
}  // namespace tapegrad
