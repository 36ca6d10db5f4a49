// How often a class was right: accuracy, precision, recall, F1, confusion. Measures that rank
// scores are in ranking.hpp. Values are those of scikit-learn.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tapegrad/train/metric.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace train {

// What predictions and targets are, for all of these:
//   targets: labels, integers or whole numbers of a floating type, of any shape [N, ...]
//   predictions: labels of the targets' shape, or scores of it (floating), which say 1 above the
//     threshold and 0 elsewhere, or scores of the classes [N, classes, ...], of which the largest
//     counts, the first of equal ones. Logits serve; for logits of one class the threshold is 0.
// Scores [N, 1] for targets [N] are refused with ShapeError, as squeeze(1) makes them what they
// are meant to be; targets that are no class of the scores with IndexError.

struct AccuracyOptions {
  /// Scores of one class that are above it say 1.
  double threshold = 0.5;
};

/// The part of the targets that is predicted right.
class Accuracy : public Metric {
 public:
  explicit Accuracy(const AccuracyOptions& options = {}) : options_(options) {}
  std::string name() const override { return "accuracy"; }
  void update(const Tensor& predictions, const Tensor& targets,
              const Tensor& weights = {}) override;
  double compute() const override;
  void reset() override { right_ = all_ = 0; }
  StateDict state_dict() const override;
  void load_state_dict(const StateDict& state) override;

 private:
  AccuracyOptions options_;
  double right_ = 0;
  double all_ = 0;
};
double accuracy(const Tensor& predictions, const Tensor& targets,
                const AccuracyOptions& options = {}, const Tensor& weights = {});

/// The part of the targets that are among the k largest of scores [N, classes]. Of equal scores the
/// last comes first, as in scikit-learn. Throws Error for k below 1 or of no fewer than the
/// classes, for which it would be 1.
class TopKAccuracy : public Metric {
 public:
  explicit TopKAccuracy(std::int64_t k);
  std::string name() const override;
  void update(const Tensor& predictions, const Tensor& targets,
              const Tensor& weights = {}) override;
  double compute() const override;
  void reset() override { right_ = all_ = 0; }
  StateDict state_dict() const override;
  void load_state_dict(const StateDict& state) override;

 private:
  std::int64_t k_;
  double right_ = 0;
  double all_ = 0;
};
double top_k_accuracy(const Tensor& predictions, const Tensor& targets, std::int64_t k,
                      const Tensor& weights = {});

/// How the numbers of several classes become one.
enum class Average {
  binary,   ///< that of one class, `positive`
  micro,    ///< of all predictions together
  macro,    ///< the mean over classes
  weighted  ///< the mean over classes by how often each is the target
};

struct ClassOptions {
  Average average = Average::binary;
  /// Whose number `binary` gives. There may be one other class.
  std::int64_t positive = 1;
  /// The classes are 0 to classes - 1, also those that never occur; 0: those that occur, among
  /// predictions or targets.
  std::int64_t classes = 0;
  /// What a class counts that has no prediction (precision), no target (recall), neither (F1). NaN:
  /// it doesn't count in a mean.
  double zero_division = 0;
  /// Scores of one class that are above it say 1.
  double threshold = 0.5;
};

namespace detail {

enum class ClassScore { precision, recall, f1 };

/// By weight, how often a class was predicted rightly, was predicted, and was the target.
struct ClassCount {
  double hits = 0;
  double said = 0;
  double there = 0;
};

}  // namespace detail

/// What precision, recall and F1 have in common.
class ClassMetric : public Metric {
 public:
  std::string name() const override;
  void update(const Tensor& predictions, const Tensor& targets,
              const Tensor& weights = {}) override;
  /// Throws Error where `binary` finds a third class.
  double compute() const override;
  void reset() override;
  /// The number of each class, in the order of the labels.
  std::vector<double> of_classes() const;
  StateDict state_dict() const override;
  void load_state_dict(const StateDict& state) override;

 protected:
  /// Throws Error for a negative number of classes.
  ClassMetric(detail::ClassScore score, const ClassOptions& options);

 private:
  std::map<std::int64_t, detail::ClassCount> with_empty_classes() const;
  double score_of(const detail::ClassCount& count) const;

  detail::ClassScore score_;
  ClassOptions options_;
  std::map<std::int64_t, detail::ClassCount> counts_;
};

/// The part of the predictions of a class that are right.
struct Precision : ClassMetric {
  explicit Precision(const ClassOptions& options = {})
      : ClassMetric(detail::ClassScore::precision, options) {}
};
double precision(const Tensor& predictions, const Tensor& targets, const ClassOptions& options = {},
                 const Tensor& weights = {});

/// The part of the targets of a class that are found.
struct Recall : ClassMetric {
  explicit Recall(const ClassOptions& options = {})
      : ClassMetric(detail::ClassScore::recall, options) {}
};
double recall(const Tensor& predictions, const Tensor& targets, const ClassOptions& options = {},
              const Tensor& weights = {});

/// The harmonic mean of both.
struct F1 : ClassMetric {
  explicit F1(const ClassOptions& options = {}) : ClassMetric(detail::ClassScore::f1, options) {}
};
double f1(const Tensor& predictions, const Tensor& targets, const ClassOptions& options = {},
          const Tensor& weights = {});

/// Counts each pair of a target (row) and what was predicted for it (column).
class ConfusionMatrix {
 public:
  /// Of labels 0 to classes - 1. Throws Error unless there are 1 to 10000 classes.
  explicit ConfusionMatrix(std::int64_t classes, const AccuracyOptions& options = {});
  /// As a Metric's; throws IndexError for a label that is no class.
  void update(const Tensor& predictions, const Tensor& targets, const Tensor& weights = {});
  /// [classes, classes]: int64, or float64 once there were weights.
  Tensor compute() const;
  void reset();

 private:
  std::int64_t classes_;
  AccuracyOptions options_;
  bool weighted_ = false;
  std::vector<double> counts_;
};
Tensor confusion_matrix(const Tensor& predictions, const Tensor& targets, std::int64_t classes,
                        const AccuracyOptions& options = {}, const Tensor& weights = {});

}  // namespace train
}  // namespace tapegrad
