#include "tapegrad/train/regression.hpp"

#include <cmath>
#include <limits>

#include "core/check.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "train/examples.hpp"
#include "train/numbers.hpp"

namespace tapegrad::train {
namespace {

template <class M>
double computed(const Tensor& predictions, const Tensor& targets, const Tensor& weights) {
  M metric;
  metric.update(predictions, targets, weights);
  return metric.compute();
}

}  // namespace

void ErrorMetric::update(const Tensor& predictions, const Tensor& targets, const Tensor& weights) {
  check_defined(name_, predictions, targets);
  check<ShapeError>(predictions.shape() == targets.shape() && targets.dim() > 0,
                    "{}: predictions of shape {} for targets of shape {}; [N, ...] for both", name_,
                    predictions.shape(), targets.shape());
  const std::int64_t rows = targets.size(0);
  const auto places = static_cast<std::size_t>(rows > 0 ? targets.numel() / rows : 0);
  check<ShapeError>(rows == 0 || places_.empty() || places_.size() == places,
                    "{}: {} numbers for each example after {}", name_, places, places_.size());
  const auto predicted = numbers_of(name_, "prediction", predictions);
  const auto wanted = numbers_of(name_, "target", targets);
  const auto each = weights_of(name_, weights, Shape{rows});
  if (rows > 0) places_.resize(places);
  for (std::size_t i = 0; i < each.size(); ++i) {
    weight_ += each[i];
    for (std::size_t place = 0; place < places; ++place) {
      Sums& sums = places_[place];
      const double target = wanted[i * places + place];
      const double error = predicted[i * places + place] - target;
      sums.absolute += each[i] * std::abs(error);
      sums.squared += each[i] * error * error;
      if (each[i] == 0) continue;
      const double from_mean = target - sums.mean;
      sums.mean += each[i] / weight_ * from_mean;
      sums.deviation += each[i] * from_mean * (target - sums.mean);
    }
  }
  examples_ += rows;
}

double ErrorMetric::of_place(const Sums& sums) const {
  switch (kind_) {
    case Kind::mae:
      return sums.absolute / weight_;
    case Kind::rmse:
      return std::sqrt(sums.squared / weight_);
    case Kind::r2:
      break;
  }
  if (examples_ < 2) return std::numeric_limits<double>::quiet_NaN();
  if (sums.deviation == 0) return sums.squared == 0 ? 1 : 0;
  return 1 - sums.squared / sums.deviation;
}

double ErrorMetric::compute() const {
  check_seen(name_, weight_);
  double sum = 0;
  for (const Sums& sums : places_) sum += of_place(sums);
  return sum / static_cast<double>(places_.size());
}

void ErrorMetric::reset() {
  examples_ = 0;
  weight_ = 0;
  places_.clear();
}

StateDict ErrorMetric::state_dict() const {
  std::vector<double> sums;
  for (const Sums& one : places_) {
    sums.insert(sums.end(), {one.absolute, one.squared, one.mean, one.deviation});
  }
  return {{"examples", saved(examples_)}, {"weight", saved(weight_)}, {"sums", saved(sums)}};
}

void ErrorMetric::load_state_dict(const StateDict& state) {
  const SavedNumbers numbers(name_, state, {"examples", "weight", "sums"});
  const std::int64_t examples = numbers.count("examples");
  const double weight = numbers.number("weight");
  const std::vector<double> sums = numbers.numbers("sums");
  numbers.check_same("sums", sums.size(), sums.size() / 4 * 4);
  examples_ = examples;
  weight_ = weight;
  places_.clear();
  for (std::size_t i = 0; i < sums.size(); i += 4) {
    places_.push_back({sums[i], sums[i + 1], sums[i + 2], sums[i + 3]});
  }
}

double mae(const Tensor& predictions, const Tensor& targets, const Tensor& weights) {
  return computed<Mae>(predictions, targets, weights);
}
double rmse(const Tensor& predictions, const Tensor& targets, const Tensor& weights) {
  return computed<Rmse>(predictions, targets, weights);
}
double r2(const Tensor& predictions, const Tensor& targets, const Tensor& weights) {
  return computed<R2>(predictions, targets, weights);
}

void Perplexity::update(const Tensor& predictions, const Tensor& targets, const Tensor& weights) {
  constexpr std::string_view metric = "perplexity";
  check_defined(metric, predictions, targets);
  const NoGrad guard;
  const Tensor losses = nn::cross_entropy(
      predictions, targets, {.ignore_index = options_.ignore_index, .reduction = Reduction::none});
  const auto each = weights_of(metric, weights, targets.shape());
  const auto labels = labels_of(metric, "target", targets);
  const auto values = numbers_of(metric, "loss", losses, true);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (labels[i] == options_.ignore_index || each[i] == 0) continue;
    loss_ += each[i] * values[i];
    weight_ += each[i];
  }
}

double Perplexity::compute() const {
  check_seen("perplexity", weight_);
  return std::exp(loss_ / weight_);
}

StateDict Perplexity::state_dict() const {
  return {{"loss", saved(loss_)}, {"weight", saved(weight_)}};
}

void Perplexity::load_state_dict(const StateDict& state) {
  const SavedNumbers numbers("perplexity", state, {"loss", "weight"});
  const double loss = numbers.number("loss");
  weight_ = numbers.number("weight");
  loss_ = loss;
}

double perplexity(const Tensor& predictions, const Tensor& targets,
                  const PerplexityOptions& options, const Tensor& weights) {
  Perplexity metric(options);
  metric.update(predictions, targets, weights);
  return metric.compute();
}

}  // namespace tapegrad::train
