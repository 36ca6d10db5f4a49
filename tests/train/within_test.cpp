// What callbacks may do to the training that calls them.
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/train/classification.hpp"
#include "train/runs.hpp"

using namespace tapegrad;
using namespace tapegrad::train;
using test::Rows;
using test::Run;

TEST_CASE(
    "a callback that is added by another one begins at once and is called from the next "
    "event on",
    "[train][callback]") {
  struct Noting : Callback {
    std::string* notes;
    explicit Noting(std::string& to) : notes(&to) {}
    std::string name() const override { return "noting"; }
    void on_begin(Trainer&) override { *notes += "begin "; }
    void on_step(Trainer& t) override { *notes += std::to_string(t.step()) + " "; }
    void on_epoch(Trainer&) override { *notes += "epoch "; }
    void on_end(Trainer&) override { *notes += "end "; }
  };
  std::string notes;
  std::string all;
  int added = 0;
  Run run;
  run.trainer->on_step([&](Trainer& t) {
    if (t.step() == 4) t.add(Noting(notes));
    // Many, so that the list moves.
    for (int i = 0; i < 40; ++i) t.on_step([&](Trainer&) { ++added; });
  });
  run.trainer->add(Noting(all));
  Rows rows = test::training_rows();
  run.trainer->fit(rows);
  CHECK(notes == "begin 5 6 epoch end ");
  CHECK(all == "begin 1 2 3 4 5 6 epoch end ");
  CHECK(added == 40 * (5 + 4 + 3 + 2 + 1));
}

TEST_CASE("a callback may evaluate the training's own source", "[train][callback]") {
  const auto train = [](bool evaluates) {
    Run run({.epochs = 2, .accumulate = 2});
    run.trainer->measure(Accuracy());
    Rows rows = test::training_rows();
    if (evaluates) {
      run.trainer->on_step([&](Trainer& t) {
        t.evaluate(rows);
        CHECK(t.predict(rows).size(0) == 22);
      });
      run.trainer->on_epoch([&](Trainer& t) { t.predict(rows); });
    }
    run.trainer->fit(rows);
    CHECK(run.trainer->step() == 6);
    CHECK(run.trainer->history().size() == 2);
    return std::pair(run.weights(), run.trainer->history().back().scores["accuracy"]);
  };
  CHECK(train(true) == train(false));
}

TEST_CASE("a callback can't add measures or train", "[train][callback][misuse]") {
  Rows rows = test::training_rows();
  Run measuring;
  measuring.trainer->on_step([](Trainer& t) { t.measure(Accuracy()); });
  CHECK_THROWS_WITH(measuring.trainer->fit(rows),
                    "Trainer.measure: \"accuracy\" is added while fit() runs, in epoch 0; add it "
                    "before");
  Run training;
  training.trainer->on_epoch([&](Trainer& t) { t.fit(rows); });
  CHECK_THROWS_WITH(training.trainer->fit(rows), "Trainer.fit: it runs already, in epoch 0");
  measuring.trainer->measure(Accuracy());  // afterwards it may
}
