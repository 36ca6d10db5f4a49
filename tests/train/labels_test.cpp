// What measures of classes refuse of labels and scores.
#include <functional>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"
#include "tapegrad/train/classification.hpp"
#include "tapegrad/train/ranking.hpp"

using namespace tapegrad;
using namespace tapegrad::train;

namespace {

using Of = const Tensor&;
using Measure = std::function<double(Of, Of)>;

/// By name; 1 where all is right.
std::vector<std::pair<std::string, Measure>> measures() {
  const auto counts = [](Of p, Of t) {
    const auto all = confusion_matrix(p, t, 2).to_vector<std::int64_t>();
    return all[1] + all[2] == 0 ? 1.0 : 0.0;
  };
  return {{"accuracy", [](Of p, Of t) { return accuracy(p, t); }},
          {"precision", [](Of p, Of t) { return precision(p, t); }},
          {"recall", [](Of p, Of t) { return recall(p, t); }},
          {"f1", [](Of p, Of t) { return f1(p, t); }},
          {"confusion_matrix", counts},
          {"roc_auc", [](Of p, Of t) { return roc_auc(p, t); }},
          {"average_precision", [](Of p, Of t) { return average_precision(p, t); }}};
}

}  // namespace

TEST_CASE("one score in a column of its own is refused", "[train][metrics][misuse]") {
  const Tensor labels = tensor({0, 1, 1}, {.dtype = int64});
  const Tensor column = tensor({{0.1}, {0.9}, {0.8}});
  for (const auto& [name, measure] : measures()) {
    INFO(name);
    CHECK(measure(column.squeeze(1), labels) == 1);
    CHECK(measure(column, labels.view({3, 1})) == 1);
    // Also where a row of one probability adds up to 1.
    for (const Tensor& scores : {column, ones({3, 1})}) {
      const std::string message =
          test::error_of<ShapeError>([&, &of = measure] { of(scores, labels); });
      INFO(message);
      CHECK(message.starts_with(name + ": "));
      CHECK(test::contains(message,
                           "of shape [3, 1] for targets of shape [3]; of one class the "
                           "same shape, which squeeze(1) gives"));
    }
  }
}

TEST_CASE("a target that is no class of the scores is refused", "[train][metrics][misuse]") {
  const Tensor scores = tensor({0.1, 0.9, 0.8});
  for (const auto& [name, measure] : measures()) {
    INFO(name);
    for (const int label : {2, 7, -100}) {
      const Tensor wrong = tensor({0, 1, label}, {.dtype = int64});
      CHECK_THROWS_AS(measure(scores, wrong), IndexError);
      CHECK_THROWS_AS(measure(full({3, 2}, 0.5), wrong), IndexError);
    }
  }
  CHECK_THROWS_WITH(accuracy(zeros({1, 3}), tensor({3}, {.dtype = int64})),
                    "accuracy: target 0 of 1 is 3, and there are 3 classes");
  // Between labels any may stand.
  const auto of = [](int a, int b) { return tensor({a, b}, {.dtype = int64}); };
  CHECK(accuracy(of(7, -1), of(7, 0)) == 0.5);
  CHECK(f1(of(7, 0), of(7, 0), {.positive = 7}) == 1);
}
