// Measures batch by batch, and in another process half way.
#include <functional>
#include <memory>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/error.hpp"
#include "tapegrad/ops/create.hpp"
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

struct Case {
  std::function<std::unique_ptr<Metric>()> make;
  Tensor predictions;
  Tensor targets;
};

template <class M, class... Options>
Case of(const Tensor& predictions, const Tensor& targets, const Options&... options) {
  return {[=] { return std::make_unique<M>(options...); }, predictions, targets};
}

std::vector<Case> cases() {
  const Tensor two = tensor(test::two);
  const Tensor two_scores = tensor(test::two_scores);
  const Tensor four = tensor(test::four);
  const Tensor logits = tensor(test::four_logits).view({-1, 4});
  const Tensor scores = tensor(test::four_scores).view({-1, 4});
  const Tensor numbers = tensor(test::numbers).view({-1, 3});
  const Tensor guesses = tensor(test::guesses).view({-1, 3});
  const ClassOptions macro{.average = Average::macro};
  return {of<Accuracy>(logits, four),     of<TopKAccuracy>(logits, four, 2),
          of<Precision>(two_scores, two), of<Recall>(logits, four, macro),
          of<F1>(logits, four, macro),    of<RocAuc>(two_scores, two),
          of<RocAuc>(scores, four),       of<AveragePrecision>(scores, four),
          of<Mae>(guesses, numbers),      of<Rmse>(guesses, numbers),
          of<R2>(guesses, numbers),       of<Perplexity>(logits, four)};
}

/// Batches of 7 rows, the last of 5.
void update(Metric& metric, const Case& c, std::int64_t batch) {
  const std::int64_t rows = std::min<std::int64_t>(7, 40 - 7 * batch);
  metric.update(c.predictions.narrow(0, 7 * batch, rows), c.targets.narrow(0, 7 * batch, rows),
                tensor(test::weights).narrow(0, 7 * batch, rows));
}

}  // namespace

TEST_CASE("batches give what all examples at once give, to the bit", "[train][metrics]") {
  for (const Case& c : cases()) {
    const auto whole = c.make();
    whole->update(c.predictions, c.targets, tensor(test::weights));
    const auto parts = c.make();
    INFO(parts->name());
    update(*parts, c, 0);
    parts->reset();
    for (std::int64_t batch = 0; batch < 6; ++batch) update(*parts, c, batch);
    CHECK(parts->compute() == whole->compute());
  }
}

TEST_CASE("a measure goes on from its state to the bit", "[train][metrics][state]") {
  for (const Case& c : cases()) {
    const auto whole = c.make();
    for (std::int64_t batch = 0; batch < 6; ++batch) update(*whole, c, batch);
    for (std::int64_t stop = 0; stop <= 6; ++stop) {
      const auto first = c.make();
      const auto second = c.make();
      INFO(first->name() << " from batch " << stop);
      for (std::int64_t batch = 0; batch < stop; ++batch) update(*first, c, batch);
      update(*second, c, 3);  // is forgotten
      second->load_state_dict(first->state_dict());
      for (std::int64_t batch = stop; batch < 6; ++batch) update(*second, c, batch);
      CHECK(second->compute() == whole->compute());
    }
  }
}

TEST_CASE("a measure refuses the state of another and keeps its own", "[train][metrics][misuse]") {
  for (const Case& c : cases()) {
    const auto metric = c.make();
    INFO(metric->name());
    update(*metric, c, 0);
    const double before = metric->compute();
    CHECK_THROWS_WITH(metric->load_state_dict({}),
                      Catch::Contains(metric->name() + ": load_state_dict: no entry"));
    for (const auto& [entry, tensor] : metric->state_dict()) {
      StateDict wrong;
      for (const auto& [name, own] : metric->state_dict()) {
        wrong.insert(name, name == entry ? zeros({2, 2}, {.dtype = own.dtype()}) : own);
      }
      CHECK_THROWS_AS(metric->load_state_dict(wrong), ShapeError);
    }
    StateDict more = metric->state_dict();
    more.insert("stray", zeros({}));
    CHECK_THROWS_WITH(metric->load_state_dict(more), Catch::Contains("\"stray\""));
    CHECK(metric->compute() == before);
  }
}
