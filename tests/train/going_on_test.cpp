// Trainings that go on otherwise than they began: refused where bits would be lost, and the same
// where they aren't.
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/train/classification.hpp"
#include "tapegrad/train/stopping.hpp"
#include "train/runs.hpp"

using namespace tapegrad;
using namespace tapegrad::train;
using test::Rows;
using test::Run;

namespace {

/// 22 rows in batches of another size.
Rows rows_by(std::int64_t size) {
  Generator generator(5);
  const Tensor x = randn({22, 4}, {}, generator);
  return Rows(x, argmax(x.narrow(1, 0, 3), 1), size, 3);
}

TrainerOptions kept_in(const std::string& folder, TrainerOptions options) {
  options.checkpoints.directory = folder;
  options.checkpoints.every_steps = 1;
  return options;
}

}  // namespace

TEST_CASE("within an epoch a training goes on with batches of the same size",
          "[train][resume][misuse]") {
  const test::Folder folder;
  Rows rows = rows_by(4);
  for (const std::int64_t size : {2, 8, 22}) {
    Rows others = rows_by(size);
    const std::string place = folder / std::to_string(size);
    Run first(kept_in(place, {.epochs = 2, .steps = 3}));
    first.trainer->fit(rows);
    Run second(kept_in(place, {.epochs = 2}));
    const std::string message = test::error_of([&] { second.trainer->fit(others); });
    INFO(message);
    CHECK(test::contains(message,
                         "Trainer.fit: epoch 0 had 6 batches when it ended after 3 of "
                         "them, and has " +
                             std::to_string((22 + size - 1) / size) + " now"));
    CHECK(second.trainer->step() == 3);
    CHECK(second.trainer->fit(rows) == Ended::finished);  // with the right ones it does
    CHECK(second.trainer->step() == 12);
  }
}

TEST_CASE("within an epoch a training goes on with as many batches in a step",
          "[train][resume][misuse]") {
  const test::Folder folder;
  Rows rows = rows_by(4);
  Run first(kept_in(folder / "run", {.epochs = 2, .steps = 1, .accumulate = 2}));
  first.trainer->fit(rows);
  Run second(kept_in(folder / "run", {.epochs = 2}));
  CHECK_THROWS_WITH(second.trainer->fit(rows),
                    Catch::Contains("epoch 0 began with steps of 2 batches, and accumulate is 1 "
                                    "now; nothing was loaded"));
  CHECK(second.trainer->step() == 0);
}

TEST_CASE("between epochs the size of batches and steps may change", "[train][resume]") {
  const test::Folder folder;
  Rows rows = rows_by(4);
  Run first(kept_in(folder / "run", {.epochs = 1, .accumulate = 2}));
  first.trainer->fit(rows);
  Rows larger = rows_by(11);
  Run second(kept_in(folder / "run", {.epochs = 2}));
  CHECK(second.trainer->fit(larger) == Ended::finished);
  CHECK(second.trainer->step() == 3 + 2);
}

TEST_CASE("measures in another order find their history by name", "[train][resume]") {
  const test::Folder folder;
  Rows rows = rows_by(4);
  Run first(kept_in(folder / "run", {.epochs = 2}));
  const auto top = [] { return TopKAccuracy(2); };
  first.trainer->measure(Accuracy()).measure(top());
  first.trainer->fit(rows, &rows);
  Run second(kept_in(folder / "run", {.epochs = 3}));
  second.trainer->measure(top()).measure(Accuracy());
  second.trainer->fit(rows, &rows);
  REQUIRE(second.trainer->history().size() == 3);
  for (std::size_t epoch = 0; epoch < 2; ++epoch) {
    const EpochScores& then = first.trainer->history()[epoch];
    const EpochScores& now = second.trainer->history()[epoch];
    CHECK(now.epoch == then.epoch);
    CHECK(now.step == then.step);
    CHECK(now.scores.size() == then.scores.size());
    for (const auto& [name, value] : then.scores) CHECK(now.scores[name] == value);
  }
  CHECK(first.trainer->history()[0].scores["accuracy"] <
        first.trainer->history()[0].scores["top_2_accuracy"]);

  Run fewer(kept_in(folder / "run", {.epochs = 4}));
  fewer.trainer->measure(top()).measure(Accuracy());
  CHECK_THROWS_WITH(fewer.trainer->fit(rows),
                    Catch::Contains("nothing here has an entry \"scores.val_"));
  Run more(kept_in(folder / "run", {.epochs = 4}));
  more.trainer->measure(top()).measure(Accuracy());
  more.trainer->measure(Accuracy(), {.name = "other", .in_training = false});
  CHECK_THROWS_WITH(more.trainer->fit(rows, &rows),
                    Catch::Contains("no entry \"scores.val_other\"; nothing was loaded"));
}

TEST_CASE("after early stopping a training goes on from its last weights, as from the disk",
          "[train][resume]") {
  const test::Folder folder;
  const auto run_in = [&](const std::string& name) {
    Run run({.epochs = 4, .checkpoints = {.directory = folder / name}});
    // The first epoch is the best there is.
    run.trainer->add(EarlyStopping(
        {.monitor = "loss", .better = Better::larger, .patience = 100, .min_delta = 100}));
    return run;
  };
  Rows rows = rows_by(4);
  /// The weights of the last step of two more epochs.
  const auto last_of_two_more = [&](Run& run) {
    std::vector<float> last;
    run.trainer->set_epochs(6);
    run.trainer->on_step([&](Trainer&) { last = run.weights(); });
    run.trainer->fit(rows);
    return last;
  };
  Run first = run_in("parts");
  first.trainer->fit(rows);
  Run second = run_in("parts");
  const auto from_disk = last_of_two_more(second);
  REQUIRE(second.trainer->restored()->step == 24);

  Run whole = run_in("whole");
  whole.trainer->fit(rows);
  const auto best = whole.weights();
  CHECK(whole.trainer->fit(rows) == Ended::finished);  // nothing is left to do
  CHECK(whole.weights() == best);
  CHECK(last_of_two_more(whole) == from_disk);
  CHECK(whole.weights() == best);
  CHECK(from_disk != best);
}

TEST_CASE("a source that fails costs no step that is done", "[train][resume]") {
  struct Failing : Rows {
    using Rows::Rows;
    std::int64_t left = 3;
    std::optional<data::Batch> next() override {
      check_left();
      return Rows::next();
    }
    void check_left() {
      if (left-- == 0) throw std::runtime_error("a worker has failed");
    }
  };
  const test::Folder folder;
  Run first(kept_in(folder / "run", {}));
  Generator generator(5);
  const Tensor x = randn({22, 4}, {}, generator);
  Failing failing(x, argmax(x.narrow(1, 0, 3), 1), 4, 3);
  CHECK_THROWS_WITH(first.trainer->fit(failing), "a worker has failed");
  Run second(kept_in(folder / "run", {}));
  Rows rows = rows_by(4);
  second.trainer->fit(rows);
  CHECK(second.trainer->restored()->step == 3);
  Run whole;
  whole.trainer->fit(rows);
  CHECK(second.weights() == whole.weights());
}
