// Measures against scikit-learn's, by tools/make_metric_reference.py.
#include <cmath>
#include <functional>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/error.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"
#include "tapegrad/train/classification.hpp"
#include "tapegrad/train/ranking.hpp"
#include "tapegrad/train/regression.hpp"
#include "train/reference/metrics.hpp"

using namespace tapegrad;
using namespace tapegrad::train;

namespace {

struct Data {
  Tensor two = tensor(test::two);
  Tensor two_scores = tensor(test::two_scores);
  Tensor four = tensor(test::four);
  Tensor four_logits = tensor(test::four_logits).view({-1, 4});
  Tensor four_scores = tensor(test::four_scores).view({-1, 4});
  Tensor numbers = tensor(test::numbers).view({-1, 3});
  Tensor guesses = tensor(test::guesses).view({-1, 3});
  /// Nobody is of class 2.
  Tensor empty = where(four == 2, ones_like(four), four);
  Tensor none = zeros({40}, {.dtype = int64});
  Tensor all = ones({40}, {.dtype = int64});
  Tensor constant = full({40}, 0.1, {.dtype = float64});
};

/// What scikit-learn gives without weights, and with them. Sums in another order: 40 numbers.
void check_both(const std::string& name, const std::function<double(const Tensor&)>& measure) {
  INFO(name);
  const auto check_one = [](double value, double wanted) {
    if (std::isnan(wanted)) {
      CHECK(std::isnan(value));
    } else {
      CHECK(value == Approx(wanted).epsilon(1e-13).margin(1e-15));
    }
  };
  check_one(measure({}), test::plain.at(name));
  check_one(measure(tensor(test::weights)), test::weighted.at(name));
}

using Function = double (*)(const Tensor&, const Tensor&, const ClassOptions&, const Tensor&);

void check_class_score(const std::string& name, Function score) {
  const Data d;
  const auto check_one = [&](const std::string& kind, const Tensor& x, const Tensor& y,
                             const ClassOptions& options) {
    check_both(name + ", " + kind, [&](const Tensor& w) { return score(x, y, options, w); });
  };
  check_one("binary", d.two_scores, d.two, {});
  check_one("binary 0", d.two_scores, d.two, {.positive = 0});
  check_one("never said", d.none, d.two, {});
  check_one("one class", d.all, d.all, {});
  const std::map<std::string, Average> averages = {
      {"micro", Average::micro}, {"macro", Average::macro}, {"weighted", Average::weighted}};
  for (const auto& [average, option] : averages) {
    check_one(average, d.four_logits, d.four, {.average = option});
    check_one(average + ", empty", d.four_logits, d.empty, {.average = option});
    check_one(average + ", six classes, 1.0", d.four_logits, d.empty,
              {.average = option, .classes = 6, .zero_division = 1});
    check_one(average + ", six classes, nan", d.four_logits, d.empty,
              {.average = option, .classes = 6, .zero_division = test::not_a_number});
  }
}

}  // namespace

TEST_CASE("accuracies are scikit-learn's", "[train][metrics]") {
  const Data d;
  check_both("accuracy, two",
             [&](const Tensor& w) { return accuracy(d.two_scores, d.two, {}, w); });
  check_both("accuracy, four",
             [&](const Tensor& w) { return accuracy(d.four_logits, d.four, {}, w); });
  for (int k = 1; k <= 3; ++k) {
    check_both("top " + std::to_string(k),
               [&](const Tensor& w) { return top_k_accuracy(d.four_logits, d.four, k, w); });
  }
}

TEST_CASE("precision, recall and F1 are scikit-learn's for every average", "[train][metrics]") {
  check_class_score("precision", precision);
  check_class_score("recall", recall);
  check_class_score("f1", f1);
}

TEST_CASE("areas under curves are scikit-learn's, with ties, weights and one class",
          "[train][metrics]") {
  const Data d;
  check_both("roc_auc, two", [&](const Tensor& w) { return roc_auc(d.two_scores, d.two, {}, w); });
  check_both("average_precision, two",
             [&](const Tensor& w) { return average_precision(d.two_scores, d.two, {}, w); });
  check_both("roc_auc, one class",
             [&](const Tensor& w) { return roc_auc(d.two_scores, d.all, {}, w); });
  check_both("average_precision, no positive",
             [&](const Tensor& w) { return average_precision(d.two_scores, d.none, {}, w); });
  for (const bool by_weight : {false, true}) {
    const RankingOptions options{by_weight ? Average::weighted : Average::macro};
    const std::string average = by_weight ? "weighted" : "macro";
    check_both("roc_auc, " + average,
               [&](const Tensor& w) { return roc_auc(d.four_scores, d.four, options, w); });
    check_both("average_precision, " + average, [&](const Tensor& w) {
      return average_precision(d.four_scores, d.four, options, w);
    });
  }
}

TEST_CASE("errors of numbers are scikit-learn's, for one output and several", "[train][metrics]") {
  const Data d;
  using Error = double (*)(const Tensor&, const Tensor&, const Tensor&);
  const std::map<std::string, Error> all = {{"mae", mae}, {"rmse", rmse}, {"r2", r2}};
  for (const auto& one : all) {
    const std::string& name = one.first;
    const Error error = one.second;
    const Tensor guess = d.guesses.select(1, 0);
    check_both(name, [&](const Tensor& w) { return error(guess, d.numbers.select(1, 0), w); });
    check_both(name + ", several", [&](const Tensor& w) { return error(d.guesses, d.numbers, w); });
    check_both(name + ", constant", [&](const Tensor& w) { return error(guess, d.constant, w); });
    check_both(name + ", met", [&](const Tensor& w) { return error(d.constant, d.constant, w); });
  }
  CHECK(std::isnan(r2(tensor({1.0}), tensor({2.0}))));
}

TEST_CASE("perplexity is e to scikit-learn's log loss", "[train][metrics]") {
  const Data d;
  check_both("perplexity",
             [&](const Tensor& w) { return perplexity(d.four_logits, d.four, {}, w); });
  // Two of four rows count: with logits of 0 the model is torn among all five classes.
  const Tensor targets = tensor({1, -100, 4, -100}, {.dtype = int64});
  CHECK(perplexity(zeros({4, 5}, {.dtype = float64}), targets) == Approx(5).epsilon(1e-15));
  CHECK(perplexity(zeros({2, 5, 3}), ones({2, 3}, {.dtype = int64})) == Approx(5).epsilon(1e-7));
}

TEST_CASE("a confusion matrix has a row for each target and a column for each prediction",
          "[train][metrics]") {
  const Tensor said = tensor({0, 2, 2, 1, 0, 2}, {.dtype = int64});
  const Tensor is = tensor({0, 2, 1, 1, 2, 2}, {.dtype = int64});
  const Tensor counts = confusion_matrix(said, is, 3);
  CHECK(counts.dtype() == int64);
  CHECK(counts.to_vector<int>() == std::vector<int>{1, 0, 0, 0, 1, 1, 1, 0, 2});
  const Tensor weights = tensor({0.5, 1.0, 2.0, 1.0, 1.0, 0.25});
  const Tensor weighted = confusion_matrix(said, is, 3, {}, weights);
  CHECK(weighted.to_vector<double>() == std::vector<double>{0.5, 0, 0, 0, 1, 2, 1, 0, 1.25});
  const auto of_scores = confusion_matrix(tensor({{0.1, 0.9}, {0.5, 0.5}}), tensor({1.0, 1.0}), 2);
  CHECK(of_scores.to_vector<int>() == std::vector<int>{0, 0, 1, 1});
}

TEST_CASE("labels may be of any integer, boolean or floating type and any shape",
          "[train][metrics]") {
  const Tensor scores = tensor({{0.2F, 0.7F}, {0.9F, 0.4F}});
  for (const DType dtype : {uint8, int16, int32, int64, float16, float32, float64, boolean}) {
    CHECK(accuracy(scores, tensor({{0, 1}, {0, 0}}).to(dtype)) == 0.75);
  }
  CHECK(accuracy(tensor({{-3.0, 2.0}, {1.0, -1.0}}), tensor({{1, 1}, {0, 1}}), {.threshold = 0}) ==
        0.25);
  CHECK(accuracy(tensor({-7, 5}), tensor({-7, 4})) == 0.5);
  // [N, classes, ...]: the scores of each pixel.
  const Tensor pixels = tensor({{{1.0, 0.0}, {0.0, 2.0}, {0.5, 1.0}}});
  CHECK(accuracy(pixels, tensor({{0, 2}}, {.dtype = int64})) == 0.5);
}

TEST_CASE("the numbers of single classes stand beside their mean", "[train][metrics]") {
  Recall recall({.average = Average::macro});
  recall.update(tensor({0, 0, 1, 3}), tensor({0, 1, 1, 3}));
  CHECK(recall.of_classes() == std::vector<double>{1, 0.5, 1});
  CHECK(recall.compute() == Approx(2.5 / 3).epsilon(1e-15));
}

TEST_CASE("measures refuse what they can't measure, in their names", "[train][metrics][misuse]") {
  using test::contains;
  using test::error_of;
  const Tensor labels = tensor({0, 1, 1}, {.dtype = int64});
  const auto says = [](auto&& call, const std::string& text) {
    const std::string message = error_of(call);
    INFO(message);
    CHECK(contains(message, text));
  };
  says([&] { accuracy(zeros({2}), labels); },
       "accuracy: predictions of shape [2] for targets of shape [3]; the same shape, or scores of "
       "the classes in dimension 1");
  says(
      [&] {
        accuracy(tensor({0.5, test::not_a_number, 1.0}), labels);
      },
      "accuracy: prediction 1 of 3 is nan");
  says(
      [&] {
        accuracy(tensor({{0.5, 1.0}, {test::not_a_number, 1.0}}), tensor({0, 1}));
      },
      "accuracy: prediction 2 of 4 is nan");
  says(
      [&] {
        accuracy(zeros({3}), tensor({0.0, 0.5, 1.0}));
      },
      "accuracy: target 1 of 3 is 0.5; labels are whole numbers");
  says(
      [&] {
        accuracy(labels, labels, {}, tensor({1.0, 2.0}));
      },
      "accuracy: weights of shape [2] for targets of shape [3]");
  says(
      [&] {
        accuracy(labels, labels, {}, tensor({1.0, -2.0, 1.0}));
      },
      "accuracy: weight 1 of 3 is -2; it can't be negative");
  says([&] { accuracy(labels, labels, {}, zeros({3})); },
       "accuracy: the weights of all examples add up to 0; were there any?");
  says([] { Precision().compute(); }, "precision: the weights of all examples add up to 0");
  says(
      [&] {
        recall(labels, tensor({0, 1, 2}));
      },
      "recall: 2 classes beside 1, which is the positive one; choose another average than binary");
  says(
      [&] {
        f1(labels, tensor({0, 1, 5}), {.average = Average::macro, .classes = 3});
      },
      "f1: example 2 has label 5, and there are 3 classes");
  says([] { Precision({.classes = -1}); }, "precision: there are -1 classes");
  says([] { TopKAccuracy(0); }, "top_k_accuracy: k is 0; it is at least 1");
  says(
      [&] {
        top_k_accuracy(zeros({3, 2}), labels, 2);
      },
      "top_k_accuracy: k is 2 of 2 classes; there must be more");
  says(
      [&] {
        top_k_accuracy(zeros({3, 4}), tensor({0, 4, 1}), 2);
      },
      "top_k_accuracy: target 1 of 3 is 4, and there are 4 classes");
  says(
      [&] {
        confusion_matrix(labels, tensor({0, 1, -1}), 2);
      },
      "confusion_matrix: example 2 has label -1, and there are 2 classes");
  says([] { ConfusionMatrix(0); }, "confusion_matrix: there are 0 classes; 1 to 10000");
  says([&] { roc_auc(full({3, 2}, 0.25), labels); }, "roc_auc: row 0 of the scores adds up to 0.5");
  says(
      [&] {
        roc_auc(zeros({3}), tensor({0, 1, 2}));
      },
      "roc_auc: target 2 of 3 is 2, and there are 2 classes");
  says([] { AveragePrecision({Average::micro}); },
       "average_precision: the average of classes is 1; macro (2) or weighted (3)");
  says([] { r2(tensor({1.0, HUGE_VAL}), zeros({2})); }, "r2: prediction 1 of 2 is inf");
  says(
      [] {
        mae(zeros({2, 3}), zeros({2}));
      },
      "mae: predictions of shape [2, 3] for targets of shape [2]");
  says([&] { perplexity(zeros({3, 2}), tensor({0, 1, 2}, {.dtype = int64})); }, "cross_entropy: ");
}

TEST_CASE("what is refused leaves the examples before it", "[train][metrics][misuse]") {
  const Tensor labels = tensor({0, 1, 1}, {.dtype = int64});
  const Tensor wrong = tensor({0, 1, 7}, {.dtype = int64});
  F1 score({.classes = 2});
  score.update(labels, labels);
  CHECK_THROWS_AS(score.update(labels, wrong), IndexError);
  CHECK(score.compute() == 1);
  TopKAccuracy top(1);
  top.update(tensor({{0.0, 1.0}}), tensor({1}));
  CHECK_THROWS_AS(top.update(zeros({3, 2}), wrong), IndexError);
  CHECK(top.compute() == 1);
  RocAuc area;
  area.update(tensor({0.0, 1.0}), tensor({0, 1}));
  CHECK_THROWS_AS(area.update(zeros({3}), wrong), IndexError);
  CHECK_THROWS_AS(area.update(full({3, 2}, 0.5), labels), ShapeError);
  CHECK(area.compute() == 1);
}
