#include "tapegrad/nn/adaptive_softmax.hpp"

#include <cmath>
#include <utility>

#include "core/check.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad::nn {
namespace {

constexpr std::string_view softmax_name = "AdaptiveLogSoftmaxWithLoss";

Linear head_of(std::int64_t in_features, std::int64_t n_classes,
               const std::vector<std::int64_t>& cutoffs, const AdaptiveLogSoftmaxOptions& o) {
  bool grow = !cutoffs.empty() && in_features > 0;
  std::int64_t before = 0;
  for (const std::int64_t cutoff : cutoffs) {
    grow = grow && cutoff > std::exchange(before, cutoff);
  }
  check<Error>(
      grow && before < n_classes,
      "{}: in_features is {}, n_classes {}, cutoffs {}; cutoffs grow and lie between 1 and "
      "n_classes - 1",
      softmax_name, in_features, n_classes, Dims(cutoffs));
  check<Error>(o.div_value > 0 && std::isfinite(o.div_value), "{}: div_value is {}; it is positive",
               softmax_name, o.div_value);
  return Linear(in_features, cutoffs[0] + static_cast<std::int64_t>(cutoffs.size()),
                {.bias = o.head_bias, .dtype = o.dtype, .generator = o.generator});
}

/// The element of each row of x [n, ...] at its place.
Tensor at(const Tensor& x, const Tensor& places) {
  return gather(x, 1, places.unsqueeze(1)).squeeze(1);
}

}  // namespace

AdaptiveLogSoftmaxWithLoss::AdaptiveLogSoftmaxWithLoss(AsSize in_features, AsSize n_classes,
                                                       const std::vector<std::int64_t>& cutoffs,
                                                       const AdaptiveLogSoftmaxOptions& options)
    : head(head_of(in_features, n_classes, cutoffs, options)), cutoffs_(cutoffs) {
  cutoffs_.push_back(n_classes);
  const LinearOptions part{.bias = false, .dtype = options.dtype, .generator = options.generator};
  for (std::size_t i = 0; i + 1 < cutoffs_.size(); ++i) {
    const double divisor = std::pow(options.div_value, static_cast<double>(i + 1));
    const auto size =
        static_cast<std::int64_t>(std::floor(static_cast<double>(in_features) / divisor));
    check<Error>(size > 0, "{}: {} features divided by {} leave none for group {}", softmax_name,
                 in_features, divisor, i);
    tail.emplace_back(Linear(in_features, size, part),
                      Linear(size, cutoffs_[i + 1] - cutoffs_[i], part));
  }
}

void AdaptiveLogSoftmaxWithLoss::visit(Visitor& v) {
  v("head", head);
  v("tail", tail);
}

void AdaptiveLogSoftmaxWithLoss::check_features(const Tensor& input) const {
  check_defined(softmax_name, input);
  check<ShapeError>((input.dim() == 1 || input.dim() == 2) && input.size(-1) == head.in_features(),
                    "{}: input is {}; it needs [n, {}] or [{}]", softmax_name, input.shape(),
                    head.in_features(), head.in_features());
}

AdaptiveLogSoftmaxResult AdaptiveLogSoftmaxWithLoss::forward(const Tensor& input,
                                                             const Tensor& target) const {
  check_features(input);
  check_defined(softmax_name, input, target);
  check<ShapeError>(
      target.dim() == input.dim() - 1 && (target.dim() == 0 || target.size(0) == input.size(0)),
      "{}: input is {}, target is {}; it needs one class for each row", softmax_name, input.shape(),
      target.shape());
  check<DTypeError>(!is_floating(target.dtype()) && target.dtype() != boolean,
                    "{}: targets are {}, not integers; convert them with to(int64)", softmax_name,
                    target.dtype());
  const bool single = input.dim() == 1;
  const Tensor x = single ? input.unsqueeze(0) : input;
  const Tensor classes = (single ? target.unsqueeze(0) : target).to(int64).detach();
  const Tensor out_of_range = (classes < 0) + (classes >= cutoffs_.back()) > 0;
  check<IndexError>(!any(out_of_range).item<bool>(), "{}: a target is none of {} classes",
                    softmax_name, cutoffs_.back());
  const std::int64_t first = cutoffs_[0];
  Tensor in_head = minimum(classes, full_like(classes, first));
  Tensor within = zeros({classes.size(0)}, {.dtype = x.dtype()});
  for (std::size_t i = 0; i < tail.size(); ++i) {
    const Tensor belongs = (classes >= cutoffs_[i]) * (classes < cutoffs_[i + 1]);
    const Tensor rows = nonzero(belongs).squeeze(1);
    if (rows.numel() == 0) continue;
    in_head = where(belongs, first + static_cast<std::int64_t>(i), in_head);
    const Tensor part = log_softmax(tail[i](index_select(x, 0, rows)), 1);
    const Tensor chosen = at(part, index_select(classes, 0, rows) - cutoffs_[i]);
    within = index_add(within, 0, rows, chosen);
  }
  const Tensor output = at(log_softmax(head(x), 1), in_head) + within;
  return {single ? output.squeeze(0) : output, -mean(output)};
}

Tensor AdaptiveLogSoftmaxWithLoss::log_prob(const Tensor& input) const {
  check_features(input);
  const Tensor of_head = log_softmax(head(input), -1);
  std::vector<Tensor> parts{of_head.narrow(-1, 0, cutoffs_[0])};
  for (std::size_t i = 0; i < tail.size(); ++i) {
    const std::int64_t place = cutoffs_[0] + static_cast<std::int64_t>(i);
    parts.push_back(log_softmax(tail[i](input), -1) + of_head.narrow(-1, place, 1));
  }
  return cat(parts, -1);
}

Tensor AdaptiveLogSoftmaxWithLoss::predict(const Tensor& input) const {
  return argmax(log_prob(input), -1);
}

}  // namespace tapegrad::nn
