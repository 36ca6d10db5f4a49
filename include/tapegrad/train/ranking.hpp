// How well scores order the examples, whatever the threshold. Values are those of scikit-learn.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tapegrad/train/classification.hpp"
#include "tapegrad/train/metric.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace train {

struct RankingOptions {
  /// Over the classes, each against the rest: `macro` or `weighted`.
  Average average = Average::macro;
};

/// What the measures of rankings have in common: they keep every score until reset(), also in
/// checkpoints, and compute() sorts them; over large training data say {.in_training = false}.
///   targets: labels [N, ...], 0 and 1 for scores of one class
///   predictions: scores of one class in the targets' shape, or of all classes [N, classes] for
///     targets [N]
class RankingMetric : public Metric {
 public:
  std::string name() const override { return name_; }
  void update(const Tensor& predictions, const Tensor& targets,
              const Tensor& weights = {}) override;
  double compute() const override;
  void reset() override;
  StateDict state_dict() const override;
  void load_state_dict(const StateDict& state) override;

 protected:
  enum class Area { under_roc, under_precision };
  RankingMetric(std::string name, Area area, const RankingOptions& options);

 private:
  double of_class(std::int64_t label, std::size_t column) const;

  std::string name_;
  Area area_;
  RankingOptions options_;
  /// How many scores an example has; 0 before the first.
  std::size_t columns_ = 0;
  bool one_class_ = false;
  std::vector<double> scores_;
  std::vector<std::int64_t> labels_;
  std::vector<double> weights_;
};

/// The area under the ROC curve: how probable it is that an example of the class has a larger score
/// than one of another class; equal scores count half. NaN where one of the two has no example.
/// Scores of several classes are probabilities: each row adds up to 1 (to 1e-5).
struct RocAuc : RankingMetric {
  explicit RocAuc(const RankingOptions& options = {})
      : RankingMetric("roc_auc", Area::under_roc, options) {}
};
double roc_auc(const Tensor& predictions, const Tensor& targets, const RankingOptions& options = {},
               const Tensor& weights = {});

/// The mean of the precisions at each threshold, by how much the recall grows there; without
/// interpolation. 0 where no example is of the class.
struct AveragePrecision : RankingMetric {
  explicit AveragePrecision(const RankingOptions& options = {})
      : RankingMetric("average_precision", Area::under_precision, options) {}
};
double average_precision(const Tensor& predictions, const Tensor& targets,
                         const RankingOptions& options = {}, const Tensor& weights = {});

}  // namespace train
}  // namespace tapegrad
