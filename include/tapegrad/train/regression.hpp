// How far numbers are from their targets. Values are those of scikit-learn.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tapegrad/train/metric.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace train {

/// What the measures of errors have in common.
///   predictions and targets: [N] or [N, ...], of one shape, with no NaN and nothing infinite; the
///   number is computed for each place behind the first dimension, and the mean of these is given.
///   weights: [N]
class ErrorMetric : public Metric {
 public:
  std::string name() const override { return name_; }
  void update(const Tensor& predictions, const Tensor& targets,
              const Tensor& weights = {}) override;
  double compute() const override;
  void reset() override;
  StateDict state_dict() const override;
  void load_state_dict(const StateDict& state) override;

 protected:
  enum class Kind { mae, rmse, r2 };
  ErrorMetric(std::string name, Kind kind) : name_(std::move(name)), kind_(kind) {}

 private:
  /// Sums by weight over the examples of one place.
  struct Sums {
    double absolute = 0;
    double squared = 0;
    double mean = 0;       ///< of the targets
    double deviation = 0;  ///< sum of squares around the mean
  };
  double of_place(const Sums& sums) const;

  std::string name_;
  Kind kind_;
  std::int64_t examples_ = 0;
  double weight_ = 0;
  std::vector<Sums> places_;
};

/// The mean of |prediction - target|.
struct Mae : ErrorMetric {
  Mae() : ErrorMetric("mae", Kind::mae) {}
};
double mae(const Tensor& predictions, const Tensor& targets, const Tensor& weights = {});

/// The root of the mean of (prediction - target)^2.
struct Rmse : ErrorMetric {
  Rmse() : ErrorMetric("rmse", Kind::rmse) {}
};
double rmse(const Tensor& predictions, const Tensor& targets, const Tensor& weights = {});

/// The part of the targets' variance that is explained: 1 - sum (prediction - target)^2 / sum
/// (target - mean)^2. Where all targets are equal it is 1 if all are met and 0 if not; NaN for
/// fewer than two examples.
///   Source: Welford (1962), "Note on a method for calculating corrected sums of squares and
///   products", for the variance in one pass.
struct R2 : ErrorMetric {
  R2() : ErrorMetric("r2", Kind::r2) {}
};
double r2(const Tensor& predictions, const Tensor& targets, const Tensor& weights = {});

struct PerplexityOptions {
  /// Targets with this label don't count.
  std::int64_t ignore_index = -100;
};

/// e to the mean of nn::cross_entropy(predictions, targets): among how many classes the model is
/// torn.
///   predictions: logits [N, classes, ...], targets: integers [N, ...]
/// Losses are computed in the logits' type and added up in float64. Throws as nn::cross_entropy
/// does, Error for NaN.
class Perplexity : public Metric {
 public:
  explicit Perplexity(const PerplexityOptions& options = {}) : options_(options) {}
  std::string name() const override { return "perplexity"; }
  void update(const Tensor& predictions, const Tensor& targets,
              const Tensor& weights = {}) override;
  double compute() const override;
  void reset() override { loss_ = weight_ = 0; }
  StateDict state_dict() const override;
  void load_state_dict(const StateDict& state) override;

 private:
  PerplexityOptions options_;
  double loss_ = 0;
  double weight_ = 0;
};
double perplexity(const Tensor& predictions, const Tensor& targets,
                  const PerplexityOptions& options = {}, const Tensor& weights = {});

}  // namespace train
}  // namespace tapegrad
