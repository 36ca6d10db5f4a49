#include "tapegrad/ops/loss/cross_entropy.hpp"

#include <algorithm>
#include <optional>

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "core/dispatch.hpp"
#include "kernels/copy.hpp"
#include "kernels/cross_entropy.hpp"
#include "ops/elementwise.hpp"
#include "ops/floating.hpp"
#include "ops/loss/nll.hpp"
#include "ops/reduce/log_softmax.hpp"
#include "ops/weighted.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

/// Every row of classes by itself, the classes last; x itself where they are.
Tensor classes_last(const Tensor& x) {
  const auto rank = static_cast<std::int64_t>(x.shape().size());
  if (rank <= 2) return x.contiguous();
  Dims order{0};
  for (std::int64_t d = 2; d < rank; ++d) order.push_back(d);
  order.push_back(1);
  return x.permute(order).contiguous();
}

/// And back.
Tensor classes_second(const Tensor& rows) {
  const auto rank = static_cast<std::int64_t>(rows.shape().size());
  if (rank <= 2) return rows;
  Dims order{0, rank - 1};
  for (std::int64_t d = 1; d + 1 < rank; ++d) order.push_back(d);
  return rows.permute(order);
}

/// nll_loss of log_softmax: one reading of the logits in each direction, and nothing kept but them.
struct CrossEntropy : Nll {
  static constexpr std::string_view name = "cross_entropy";
  static constexpr Needs saves(Needs) { return save_inputs; }
  explicit CrossEntropy(const Nll& nll) : Nll(nll) {}

  Meta result(const Tensor& x, const Tensor& target, const Tensor&) const {
    return {x.dtype(), each() ? target.shape() : Shape{}};
  }
  void into(const Tensor& out, const Tensor& x, const Tensor& target, const Tensor& weight) const {
    const Tensor rows = classes_last(x);
    cross_entropy(ref(out), ref(rows), labels_of_rows(target), weights(target, weight));
  }
  Grads vjp(const Saved& s, const Tensor& g) const;

 private:
  /// The gradient where the classes lie last.
  struct FromRows;

  Labels labels_of_rows(const Tensor& target) const {
    return {target.numel(), input[class_dim(input)], 1, ref(target).as<const std::int64_t>(),
            ignored};
  }
};

struct CrossEntropy::FromRows : CrossEntropy {
  static constexpr std::string_view name = "cross_entropy_to_input";
  static constexpr bool takes_undefined = true;
  explicit FromRows(const CrossEntropy& op) : CrossEntropy(op) {}
  Like result(const Tensor&, const Tensor& rows, const Tensor&, const Tensor&) const {
    return like(rows);
  }
  void into(const Tensor& out, const Tensor& g, const Tensor& rows, const Tensor& target,
            const Tensor& weight) const {
    cross_entropy_gradient(ref(out), ref(g), ref(rows), labels_of_rows(target),
                           weights(target, weight));
  }
};

Grads CrossEntropy::vjp(const Saved& s, const Tensor& g) const {
  const Tensor x = s[0];
  if (recording()) {
    const Tensor to_log = apply(NllLossSpread(*this), g, s[1], s[2]);
    return {recorded_through_log_softmax(to_log, x, class_dim(input)), Tensor{}, Tensor{}};
  }
  const Tensor out = untaped(FromRows(*this), g.contiguous(), classes_last(x), s[1], s[2]);
  return {classes_second(out), Tensor{}, Tensor{}};
}

void check_input(std::string_view operation, const Tensor& input, const Tensor& weight) {
  check<ShapeError>(input.dim() > 0, "{}: a tensor of rank 0; the input has a dimension of classes",
                    operation);
  check_floating(operation, input);
  if (!weight.defined()) return;
  const Shape classes{input.shape()[class_dim(input.shape())]};
  check<ShapeError>(weight.shape() == classes, "{}: weight has shape {}, but input {} needs {}",
                    operation, weight.shape(), input.shape(), classes);
}

void check_labels(std::string_view operation, const Tensor& input, const Tensor& target) {
  Shape expected = input.shape();
  expected.erase(class_dim(expected));
  check<ShapeError>(target.shape() == expected,
                    "{}: input {} needs labels of shape {}, got {}; labels are class numbers, not "
                    "one-hot rows",
                    operation, input.shape(), expected, target.shape());
  check<DTypeError>(!is_floating(target.dtype()) && target.dtype() != boolean,
                    "{}: labels are {}, not integers; convert them with to(int64)", operation,
                    target.dtype());
}

/// Labels and weights as the loops want them, outside the tape.
Tensor dense_labels(const Tensor& target) { return converted(target, int64).contiguous(); }
Tensor dense_weight(const Tensor& weight, DType dtype) {
  return weight.defined() ? converted(weight.detach(), dtype).contiguous() : Tensor();
}

/// The input in the element type in which it meets the weights.
Tensor beside_weight(const Tensor& input, const Tensor& weight) {
  return weight.defined() ? input.to(result_type(input, weight)) : input;
}

/// weight_of(), which a captured program finds in each run.
struct LabelTotal {
  static constexpr std::string_view name = "weight_of_labels";
  static constexpr bool takes_undefined = true;
  std::string_view function;
  Shape input;
  std::int64_t ignored;
  void each_size(const auto& f) { std::for_each(input.begin(), input.end(), f); }
  Meta result(const Tensor&, const Tensor&) const { return {float64, {}}; }
  void into(const Tensor& out, const Tensor& target, const Tensor& weight) const {
    *ref(out).as<double>() = weight_of(function, input, target, weight, ignored);
  }
};

/// What the labels of one call count.
class Counted {
 public:
  template <class Options>
  Counted(std::string_view function, const Shape& input, const Tensor& target,
          const Options& options)
      : nll_{input, options.ignore_index, options.reduction, {}, function} {
    if (!is_captured() && !is_symbolic(target)) {
      nll_.total = weight_of(function, input, target, options.weight, options.ignore_index);
    }
  }
  const Nll& nll() const { return nll_; }
  Tensor divided(const Tensor& sum, const Tensor& target, const Tensor& weight) const {
    if (nll_.total) return sum / *nll_.total;
    const LabelTotal total{nll_.function, nll_.input, nll_.ignored};
    return sum / untaped(total, target, weight).to(sum.dtype());
  }

 private:
  Nll nll_;
};

/// NllLoss or CrossEntropy; `target` is row-major int64.
template <class Op>
Tensor of_labels(const Tensor& input, const Tensor& target, const Tensor& weight,
                 const Counted& counted) {
  return apply(Op(counted.nll()), input, target, dense_weight(weight, input.dtype()));
}

/// The sum over the classes, each with its weight.
Tensor sum_over_classes(const Tensor& x, const Tensor& weight) {
  const auto dim = static_cast<std::int64_t>(class_dim(x.shape()));
  if (!weight.defined()) return sum(x, dim);
  Shape wide(x.shape().size() - static_cast<std::size_t>(dim), 1);
  wide[0] = weight.numel();
  return sum(weighted(weight.detach().to(x.dtype()).reshape(wide), x), dim);
}

/// cross_entropy with probabilities, whose mean is over the rows.
Tensor against_probabilities(const Tensor& log_p, const Tensor& target,
                             const nn::CrossEntropyOptions& options) {
  const auto classes = static_cast<double>(log_p.shape()[class_dim(log_p.shape())]);
  Tensor wanted = target;
  if (options.label_smoothing > 0) {
    wanted = target * (1 - options.label_smoothing) + options.label_smoothing / classes;
  }
  const Tensor losses = -sum_over_classes(weighted(wanted, log_p), options.weight);
  return reduced(losses, options.reduction);
}

/// The part of label smoothing that is the same for every label.
Tensor smooth_loss(const Tensor& log_p, const Tensor& target,
                   const nn::CrossEntropyOptions& options, const Counted& counted) {
  const Tensor all = -sum_over_classes(log_p, options.weight);
  const Tensor losses = where(target == options.ignore_index, 0, all);
  if (options.reduction == Reduction::none) return losses;
  if (options.reduction == Reduction::sum) return sum(losses);
  return counted.divided(sum(losses), target, options.weight);
}

}  // namespace

namespace nn {

Tensor nll_loss(const Tensor& input, const Tensor& target, const NllLossOptions& options) {
  check_defined("nll_loss", input, target);
  check_reduction("nll_loss", options.reduction);
  check_input("nll_loss", input, options.weight);
  check_labels("nll_loss", input, target);
  const Tensor labels = dense_labels(target);
  const Counted counted("nll_loss", input.shape(), labels, options);
  return of_labels<NllLoss>(beside_weight(input, options.weight), labels, options.weight, counted);
}

Tensor cross_entropy(const Tensor& input, const Tensor& target,
                     const CrossEntropyOptions& options) {
  const double smoothing = options.label_smoothing;
  check_defined("cross_entropy", input, target);
  check_reduction("cross_entropy", options.reduction);
  check_input("cross_entropy", input, options.weight);
  check<Error>(smoothing >= 0 && smoothing <= 1,
               "cross_entropy: label_smoothing {} is outside [0, 1]", smoothing);
  const auto dim = static_cast<std::int64_t>(class_dim(input.shape()));
  if (is_floating(target.dtype()) && target.shape() == input.shape()) {
    const Tensor logits = beside_weight(input.to(result_type(input, target)), options.weight);
    return against_probabilities(log_softmax(logits, dim), target, options);
  }
  check_labels("cross_entropy", input, target);
  const Tensor labels = dense_labels(target);
  const Counted counted("cross_entropy", input.shape(), labels, options);
  const Tensor logits = beside_weight(input, options.weight);
  if (smoothing == 0) return of_labels<CrossEntropy>(logits, labels, options.weight, counted);
  const Tensor log_p = log_softmax(logits, dim);
  const Tensor loss = of_labels<NllLoss>(log_p, labels, options.weight, counted);
  const auto classes = static_cast<double>(input.shape()[class_dim(input.shape())]);
  return loss * (1 - smoothing) +
         smooth_loss(log_p, labels, options, counted) * (smoothing / classes);
}

}  // namespace nn
}  // namespace tapegrad
