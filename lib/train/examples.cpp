#include "train/examples.hpp"

#include <cmath>

#include "core/check.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad::train {
namespace {

/// How many classes scores speak of; 0 where predictions are labels themselves.
std::int64_t classes_of(std::string_view metric, const Tensor& predictions, const Tensor& targets) {
  if (predictions.shape() == targets.shape()) return is_floating(predictions.dtype()) ? 2 : 0;
  Shape wanted;
  for (std::size_t i = 0; i < predictions.shape().size(); ++i) {
    if (i != 1) wanted.push_back(predictions.shape()[i]);
  }
  check<ShapeError>(predictions.dim() > 1 && wanted == targets.shape() && predictions.size(1) > 0,
                    "{}: predictions of shape {} for targets of shape {}; the same shape, or "
                    "scores of the classes in dimension 1",
                    metric, predictions.shape(), targets.shape());
  check<ShapeError>(predictions.size(1) > 1,
                    "{}: predictions of shape {} for targets of shape {}; of one class the same "
                    "shape, which squeeze(1) gives",
                    metric, predictions.shape(), targets.shape());
  return predictions.size(1);
}

/// Labels, or the class that scores speak for.
std::vector<std::int64_t> predicted_labels(std::string_view metric, const Tensor& predictions,
                                           const Tensor& targets, double threshold) {
  if (predictions.shape() == targets.shape()) {
    if (!is_floating(predictions.dtype())) return labels_of(metric, "prediction", predictions);
    std::vector<std::int64_t> labels;
    for (const double score : numbers_of(metric, "prediction", predictions, true)) {
      labels.push_back(score > threshold ? 1 : 0);
    }
    return labels;
  }
  // Where there is one, to say where: the elements of many classes aren't read for nothing.
  if (any(isnan(predictions)).item<bool>()) {
    static_cast<void>(numbers_of(metric, "prediction", predictions, true));
  }
  return argmax(predictions, 1).to_vector<std::int64_t>();
}

}  // namespace

std::vector<double> numbers_of(std::string_view metric, std::string_view what, const Tensor& x,
                               bool infinite_too) {
  std::vector<double> values = x.to_vector<double>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool right = infinite_too ? !std::isnan(values[i]) : std::isfinite(values[i]);
    check<Error>(right, "{}: {} {} of {} is {}", metric, what, i, values.size(), values[i]);
  }
  return values;
}

std::vector<std::int64_t> labels_of(std::string_view metric, std::string_view what,
                                    const Tensor& x) {
  if (!is_floating(x.dtype())) return x.to_vector<std::int64_t>();
  constexpr double most = 9007199254740992;  // 2^53: whole numbers are exact up to here
  std::vector<std::int64_t> labels;
  for (const double value : numbers_of(metric, what, x)) {
    check<Error>(std::trunc(value) == value && std::abs(value) <= most,
                 "{}: {} {} of {} is {}; labels are whole numbers", metric, what, labels.size(),
                 x.numel(), value);
    labels.push_back(static_cast<std::int64_t>(value));
  }
  return labels;
}

std::vector<double> weights_of(std::string_view metric, const Tensor& weights,
                               const Shape& targets) {
  if (!weights.defined()) {
    return std::vector<double>(static_cast<std::size_t>(numel(targets)), 1.0);
  }
  check<ShapeError>(weights.shape() == targets, "{}: weights of shape {} for targets of shape {}",
                    metric, weights.shape(), targets);
  std::vector<double> values = numbers_of(metric, "weight", weights);
  for (std::size_t i = 0; i < values.size(); ++i) {
    check<Error>(values[i] >= 0, "{}: weight {} of {} is {}; it can't be negative", metric, i,
                 values.size(), values[i]);
  }
  return values;
}

void check_label(std::string_view metric, std::size_t i, std::size_t count, std::int64_t label,
                 std::int64_t classes) {
  check<IndexError>(label >= 0 && label < classes,
                    "{}: target {} of {} is {}, and there are {} classes", metric, i, count, label,
                    classes);
}

LabelPairs label_pairs(std::string_view metric, const Tensor& predictions, const Tensor& targets,
                       const Tensor& weights, double threshold) {
  check_defined(metric, predictions, targets);
  const NoGrad guard;
  const std::int64_t classes = classes_of(metric, predictions, targets);
  LabelPairs pairs{predicted_labels(metric, predictions, targets, threshold),
                   labels_of(metric, "target", targets),
                   weights_of(metric, weights, targets.shape())};
  for (std::size_t i = 0; classes > 0 && i < pairs.wanted.size(); ++i) {
    check_label(metric, i, pairs.wanted.size(), pairs.wanted[i], classes);
  }
  return pairs;
}

void check_seen(std::string_view metric, double weight) {
  check<Error>(weight > 0, "{}: the weights of all examples add up to {}; were there any?", metric,
               weight);
}

}  // namespace tapegrad::train
