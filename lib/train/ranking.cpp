#include "tapegrad/train/ranking.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/check.hpp"
#include "train/examples.hpp"
#include "train/numbers.hpp"

namespace tapegrad::train {
namespace {

/// Examples of the class and others, by weight.
struct Sides {
  double ours = 0;
  double others = 0;
};

/// At each threshold, the largest first, what lies at or above it.
std::vector<Sides> thresholds(const std::vector<double>& scores, std::size_t first,
                              std::size_t columns, const std::vector<bool>& is_ours,
                              const std::vector<double>& weights) {
  std::vector<std::size_t> order(is_ours.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto score = [&](std::size_t i) { return scores[i * columns + first]; };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return score(a) != score(b) ? score(a) > score(b) : a < b;
  });
  std::vector<Sides> sums;
  Sides sum;
  for (std::size_t i = 0; i < order.size(); ++i) {
    (is_ours[order[i]] ? sum.ours : sum.others) += weights[order[i]];
    if (i + 1 == order.size() || score(order[i + 1]) != score(order[i])) sums.push_back(sum);
  }
  return sums;
}

double area_under_roc(const std::vector<Sides>& sums) {
  const Sides all = sums.back();
  if (all.ours == 0 || all.others == 0) return std::numeric_limits<double>::quiet_NaN();
  double area = 0;
  Sides before;
  for (const Sides& now : sums) {
    area += (now.others - before.others) * (now.ours + before.ours) / 2;
    before = now;
  }
  return area / (all.ours * all.others);
}

double area_under_precision(const std::vector<Sides>& sums) {
  const double all = sums.back().ours;
  if (all == 0) return 0;
  double area = 0;
  double before = 0;
  for (const Sides& now : sums) {
    if (now.ours > before) area += (now.ours - before) * now.ours / (now.ours + now.others);
    before = now.ours;
  }
  return area / all;
}

/// As numpy.allclose() compares.
void check_probabilities(std::string_view metric, const std::vector<double>& scores,
                         std::size_t columns) {
  for (std::size_t row = 0; row * columns < scores.size(); ++row) {
    const auto begin = scores.begin() + static_cast<std::ptrdiff_t>(row * columns);
    const double sum = std::accumulate(begin, begin + static_cast<std::ptrdiff_t>(columns), 0.0);
    check<Error>(std::abs(sum - 1) <= 1e-8 + 1e-5,
                 "{}: row {} of the scores adds up to {}; probabilities of {} classes add up to 1, "
                 "as softmax() gives them",
                 metric, row, sum, columns);
  }
}

}  // namespace

RankingMetric::RankingMetric(std::string name, Area area, const RankingOptions& options)
    : name_(std::move(name)), area_(area), options_(options) {
  check<Error>(options.average == Average::macro || options.average == Average::weighted,
               "{}: the average of classes is {}; macro (2) or weighted (3)", name_,
               static_cast<int>(options.average));
}

void RankingMetric::update(const Tensor& predictions, const Tensor& targets,
                           const Tensor& weights) {
  check_defined(name_, predictions, targets);
  const bool one_class = predictions.shape() == targets.shape();
  check<ShapeError>(
      one_class || (predictions.dim() == 2 && targets.shape() == Shape{predictions.size(0)}),
      "{}: scores of shape {} for targets of shape {}; the same shape, or [N, classes] for [N]",
      name_, predictions.shape(), targets.shape());
  check<ShapeError>(one_class || predictions.size(1) > 1,
                    "{}: scores of shape {} for targets of shape {}; of one class the same shape, "
                    "which squeeze(1) gives",
                    name_, predictions.shape(), targets.shape());
  const std::size_t columns = one_class ? 1 : static_cast<std::size_t>(predictions.size(1));
  check<ShapeError>(columns_ == 0 || (columns_ == columns && one_class_ == one_class),
                    "{}: {} scores for each example after {}", name_, columns, columns_);
  const auto scores = numbers_of(name_, "score", predictions, true);
  const auto labels = labels_of(name_, "target", targets);
  const auto each = weights_of(name_, weights, targets.shape());
  const auto classes = one_class ? 2 : static_cast<std::int64_t>(columns);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    check_label(name_, i, labels.size(), labels[i], classes);
  }
  if (!one_class && area_ == Area::under_roc) check_probabilities(name_, scores, columns);
  columns_ = columns;
  one_class_ = one_class;
  scores_.insert(scores_.end(), scores.begin(), scores.end());
  labels_.insert(labels_.end(), labels.begin(), labels.end());
  weights_.insert(weights_.end(), each.begin(), each.end());
}

double RankingMetric::of_class(std::int64_t label, std::size_t column) const {
  std::vector<bool> is_ours;
  for (const std::int64_t one : labels_) is_ours.push_back(one == label);
  const auto sums = thresholds(scores_, column, columns_, is_ours, weights_);
  return area_ == Area::under_roc ? area_under_roc(sums) : area_under_precision(sums);
}

double RankingMetric::compute() const {
  check_seen(name_, std::accumulate(weights_.begin(), weights_.end(), 0.0));
  if (one_class_) return of_class(1, 0);
  double sum = 0;
  double weight = 0;
  for (std::size_t column = 0; column < columns_; ++column) {
    const auto label = static_cast<std::int64_t>(column);
    double by = 1;
    if (options_.average == Average::weighted) {
      by = 0;
      for (std::size_t i = 0; i < labels_.size(); ++i) by += labels_[i] == label ? weights_[i] : 0;
    }
    sum += by * of_class(label, column);
    weight += by;
  }
  return sum / weight;
}

void RankingMetric::reset() {
  columns_ = 0;
  scores_.clear();
  labels_.clear();
  weights_.clear();
}

StateDict RankingMetric::state_dict() const {
  const std::size_t columns = one_class_ ? 0 : columns_;
  return {{"classes", saved(static_cast<std::int64_t>(columns))},
          {"scores", saved(scores_)},
          {"labels", saved(labels_)},
          {"weights", saved(weights_)}};
}

void RankingMetric::load_state_dict(const StateDict& state) {
  const SavedNumbers numbers(name_, state, {"classes", "scores", "labels", "weights"});
  const auto classes = static_cast<std::size_t>(numbers.count("classes"));
  auto scores = numbers.numbers("scores");
  auto labels = numbers.integers("labels");
  auto weights = numbers.numbers("weights");
  const std::size_t columns = std::max<std::size_t>(1, classes);
  numbers.check_same("scores", scores.size(), labels.size() * columns);
  numbers.check_same("weights", weights.size(), labels.size());
  columns_ = labels.empty() ? 0 : columns;
  one_class_ = classes == 0;
  scores_ = std::move(scores);
  labels_ = std::move(labels);
  weights_ = std::move(weights);
}

double roc_auc(const Tensor& predictions, const Tensor& targets, const RankingOptions& options,
               const Tensor& weights) {
  RocAuc metric(options);
  metric.update(predictions, targets, weights);
  return metric.compute();
}

double average_precision(const Tensor& predictions, const Tensor& targets,
                         const RankingOptions& options, const Tensor& weights) {
  AveragePrecision metric(options);
  metric.update(predictions, targets, weights);
  return metric.compute();
}

}  // namespace tapegrad::train
