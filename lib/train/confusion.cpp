// Counts of what was predicted for what.
#include "core/check.hpp"
#include "tapegrad/train/classification.hpp"
#include "train/examples.hpp"

namespace tapegrad::train {

ConfusionMatrix::ConfusionMatrix(std::int64_t classes, const AccuracyOptions& options)
    : classes_(classes), options_(options) {
  check<Error>(classes >= 1 && classes <= 10000,
               "confusion_matrix: there are {} classes; 1 to 10000 can be counted", classes);
  reset();
}

void ConfusionMatrix::reset() {
  weighted_ = false;
  counts_.assign(static_cast<std::size_t>(classes_ * classes_), 0.0);
}

void ConfusionMatrix::update(const Tensor& predictions, const Tensor& targets,
                             const Tensor& weights) {
  const LabelPairs pairs =
      label_pairs("confusion_matrix", predictions, targets, weights, options_.threshold);
  for (std::size_t i = 0; i < pairs.wanted.size(); ++i) {
    for (const std::int64_t label : {pairs.wanted[i], pairs.predicted[i]}) {
      check<IndexError>(label >= 0 && label < classes_,
                        "confusion_matrix: example {} has label {}, and there are {} classes", i,
                        label, classes_);
    }
  }
  weighted_ |= weights.defined();
  for (std::size_t i = 0; i < pairs.wanted.size(); ++i) {
    counts_[static_cast<std::size_t>(pairs.wanted[i] * classes_ + pairs.predicted[i])] +=
        pairs.weights[i];
  }
}

Tensor ConfusionMatrix::compute() const {
  const Tensor counts =
      Tensor::from_vector(std::vector<double>(counts_), Shape{classes_, classes_});
  return weighted_ ? counts : counts.to(int64);
}

Tensor confusion_matrix(const Tensor& predictions, const Tensor& targets, std::int64_t classes,
                        const AccuracyOptions& options, const Tensor& weights) {
  ConfusionMatrix matrix(classes, options);
  matrix.update(predictions, targets, weights);
  return matrix.compute();
}

}  // namespace tapegrad::train
