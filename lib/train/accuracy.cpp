// What is predicted right, over all classes.
#include <fmt/format.h>

#include "core/check.hpp"
#include "tapegrad/train/classification.hpp"
#include "train/examples.hpp"
#include "train/numbers.hpp"

namespace tapegrad::train {
namespace {

StateDict right_of_all(double right, double all) {
  return {{"right", saved(right)}, {"all", saved(all)}};
}

void load_right_of_all(std::string_view metric, const StateDict& state, double& right,
                       double& all) {
  const SavedNumbers numbers(metric, state, {"right", "all"});
  const double then = numbers.number("right");
  all = numbers.number("all");
  right = then;
}

}  // namespace

void Accuracy::update(const Tensor& predictions, const Tensor& targets, const Tensor& weights) {
  const LabelPairs pairs =
      label_pairs("accuracy", predictions, targets, weights, options_.threshold);
  for (std::size_t i = 0; i < pairs.wanted.size(); ++i) {
    if (pairs.predicted[i] == pairs.wanted[i]) right_ += pairs.weights[i];
    all_ += pairs.weights[i];
  }
}

double Accuracy::compute() const {
  check_seen("accuracy", all_);
  return right_ / all_;
}

StateDict Accuracy::state_dict() const { return right_of_all(right_, all_); }
void Accuracy::load_state_dict(const StateDict& state) {
  load_right_of_all(name(), state, right_, all_);
}

double accuracy(const Tensor& predictions, const Tensor& targets, const AccuracyOptions& options,
                const Tensor& weights) {
  Accuracy metric(options);
  metric.update(predictions, targets, weights);
  return metric.compute();
}

TopKAccuracy::TopKAccuracy(std::int64_t k) : k_(k) {
  check<Error>(k >= 1, "top_k_accuracy: k is {}; it is at least 1", k);
}

std::string TopKAccuracy::name() const { return fmt::format("top_{}_accuracy", k_); }

void TopKAccuracy::update(const Tensor& predictions, const Tensor& targets, const Tensor& weights) {
  constexpr std::string_view metric = "top_k_accuracy";
  check_defined(metric, predictions, targets);
  check<ShapeError>(predictions.dim() == 2 && targets.shape() == Shape{predictions.size(0)},
                    "top_k_accuracy: scores of shape {} for targets of shape {}; [N, classes] for "
                    "[N]",
                    predictions.shape(), targets.shape());
  const std::int64_t classes = predictions.size(1);
  check<Error>(k_ < classes, "top_k_accuracy: k is {} of {} classes; there must be more", k_,
               classes);
  const std::vector<double> scores = numbers_of(metric, "score", predictions, true);
  const std::vector<std::int64_t> labels = labels_of(metric, "target", targets);
  const std::vector<double> each = weights_of(metric, weights, targets.shape());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    check_label(metric, i, labels.size(), labels[i], classes);
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double* row = scores.data() + i * static_cast<std::size_t>(classes);
    std::int64_t before = 0;
    for (std::int64_t c = 0; c < classes; ++c) {
      before += row[c] > row[labels[i]] || (row[c] == row[labels[i]] && c > labels[i]) ? 1 : 0;
    }
    if (before < k_) right_ += each[i];
    all_ += each[i];
  }
}

double TopKAccuracy::compute() const {
  check_seen("top_k_accuracy", all_);
  return right_ / all_;
}

StateDict TopKAccuracy::state_dict() const { return right_of_all(right_, all_); }
void TopKAccuracy::load_state_dict(const StateDict& state) {
  load_right_of_all(name(), state, right_, all_);
}

double top_k_accuracy(const Tensor& predictions, const Tensor& targets, std::int64_t k,
                      const Tensor& weights) {
  TopKAccuracy metric(k);
  metric.update(predictions, targets, weights);
  return metric.compute();
}

}  // namespace tapegrad::train
