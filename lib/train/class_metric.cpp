// Precision, recall and F1 of counts by class.
#include <cmath>
#include <limits>

#include "core/check.hpp"
#include "tapegrad/train/classification.hpp"
#include "train/examples.hpp"
#include "train/numbers.hpp"

namespace tapegrad::train {
namespace {

using detail::ClassCount;
using detail::ClassScore;

struct Mean {
  double sum = 0;
  double weight = 0;
  /// What is NaN doesn't count.
  void add(double value, double by) {
    if (std::isnan(value)) return;
    sum += by * value;
    weight += by;
  }
  double value() const {
    return weight > 0 ? sum / weight : std::numeric_limits<double>::quiet_NaN();
  }
};

template <class M>
double computed(const Tensor& predictions, const Tensor& targets, const ClassOptions& options,
                const Tensor& weights) {
  M metric(options);
  metric.update(predictions, targets, weights);
  return metric.compute();
}

}  // namespace

ClassMetric::ClassMetric(ClassScore score, const ClassOptions& options)
    : score_(score), options_(options) {
  check<Error>(options.classes >= 0, "{}: there are {} classes; 0 for those that occur", name(),
               options.classes);
}

std::string ClassMetric::name() const {
  switch (score_) {
    case ClassScore::precision:
      return "precision";
    case ClassScore::recall:
      return "recall";
    case ClassScore::f1:
      return "f1";
  }
  return {};
}

void ClassMetric::update(const Tensor& predictions, const Tensor& targets, const Tensor& weights) {
  const LabelPairs pairs = label_pairs(name(), predictions, targets, weights, options_.threshold);
  for (std::size_t i = 0; options_.classes > 0 && i < pairs.wanted.size(); ++i) {
    for (const std::int64_t label : {pairs.wanted[i], pairs.predicted[i]}) {
      check<IndexError>(label >= 0 && label < options_.classes,
                        "{}: example {} has label {}, and there are {} classes", name(), i, label,
                        options_.classes);
    }
  }
  for (std::size_t i = 0; i < pairs.wanted.size(); ++i) {
    const double weight = pairs.weights[i];
    counts_[pairs.wanted[i]].there += weight;
    counts_[pairs.predicted[i]].said += weight;
    if (pairs.predicted[i] == pairs.wanted[i]) counts_[pairs.wanted[i]].hits += weight;
  }
}

void ClassMetric::reset() { counts_.clear(); }

double ClassMetric::score_of(const ClassCount& count) const {
  double hits = count.hits;
  double of = score_ == ClassScore::precision ? count.said : count.there;
  if (score_ == ClassScore::f1) {
    hits = 2 * count.hits;
    of = count.said + count.there;
  }
  return of > 0 ? hits / of : options_.zero_division;
}

std::map<std::int64_t, ClassCount> ClassMetric::with_empty_classes() const {
  std::map<std::int64_t, ClassCount> all = counts_;
  for (std::int64_t label = 0; label < options_.classes; ++label) all.try_emplace(label);
  return all;
}

std::vector<double> ClassMetric::of_classes() const {
  std::vector<double> scores;
  for (const auto& [label, count] : with_empty_classes()) scores.push_back(score_of(count));
  return scores;
}

double ClassMetric::compute() const {
  ClassCount total;
  Mean mean;
  const bool weighted = options_.average == Average::weighted;
  for (const auto& [label, count] : with_empty_classes()) {
    total.hits += count.hits;
    total.said += count.said;
    total.there += count.there;
    mean.add(score_of(count), weighted ? count.there : 1);
  }
  check_seen(name(), total.there);
  if (options_.average == Average::micro) return score_of(total);
  if (options_.average != Average::binary) return mean.value();
  const auto found = counts_.find(options_.positive);
  const std::size_t others = counts_.size() - (found == counts_.end() ? 0 : 1);
  check<Error>(others <= 1,
               "{}: {} classes beside {}, which is the positive one; choose another average than "
               "binary",
               name(), others, options_.positive);
  return score_of(found == counts_.end() ? ClassCount{} : found->second);
}

StateDict ClassMetric::state_dict() const {
  std::vector<std::int64_t> labels;
  std::vector<double> hits;
  std::vector<double> said;
  std::vector<double> there;
  for (const auto& [label, count] : counts_) {
    labels.push_back(label);
    hits.push_back(count.hits);
    said.push_back(count.said);
    there.push_back(count.there);
  }
  return {{"labels", saved(labels)},
          {"hits", saved(hits)},
          {"said", saved(said)},
          {"there", saved(there)}};
}

void ClassMetric::load_state_dict(const StateDict& state) {
  const std::string owner = name();
  const SavedNumbers numbers(owner, state, {"labels", "hits", "said", "there"});
  const auto labels = numbers.integers("labels");
  const auto hits = numbers.numbers("hits");
  const auto said = numbers.numbers("said");
  const auto there = numbers.numbers("there");
  numbers.check_same("hits", hits.size(), labels.size());
  numbers.check_same("said", said.size(), labels.size());
  numbers.check_same("there", there.size(), labels.size());
  counts_.clear();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    counts_[labels[i]] = {hits[i], said[i], there[i]};
  }
}

double precision(const Tensor& predictions, const Tensor& targets, const ClassOptions& options,
                 const Tensor& weights) {
  return computed<Precision>(predictions, targets, options, weights);
}
double recall(const Tensor& predictions, const Tensor& targets, const ClassOptions& options,
              const Tensor& weights) {
  return computed<Recall>(predictions, targets, options, weights);
}
double f1(const Tensor& predictions, const Tensor& targets, const ClassOptions& options,
          const Tensor& weights) {
  return computed<F1>(predictions, targets, options, weights);
}

}  // namespace tapegrad::train
