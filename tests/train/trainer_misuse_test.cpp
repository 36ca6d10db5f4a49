// What a Trainer refuses.
#include "tapegrad/train/trainer.hpp"

#include <cmath>
#include <csignal>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/train/classification.hpp"
#include "tapegrad/train/interrupt.hpp"
#include "tapegrad/train/ranking.hpp"
#include "tapegrad/train/regression.hpp"
#include "train/runs.hpp"

using namespace tapegrad;
using namespace tapegrad::train;
using test::Rows;
using test::Run;

TEST_CASE("a training refuses what it can't train", "[train][trainer][misuse]") {
  const auto says = [](auto&& call, const std::string& text) {
    const std::string message = test::error_of(call);
    INFO(message);
    CHECK(test::contains(message, text));
  };
  Run run;
  Rows rows = test::training_rows();
  says([] { Run({.epochs = -1}); }, "Trainer: there are -1 epochs");
  says([] { Run({.steps = -1}); }, "Trainer: there are -1 steps");
  says([] { Run({.accumulate = 0}); }, "Trainer: accumulate is 0; a step has at least 1 batch");
  says([] { Run({.checkpoints = {.every_steps = -2}}); },
       "Checkpoints: every -2 steps and 1 epochs");
  says([&] { run.trainer->measure(Mae(), {.name = "val_x"}); },
       "Trainer.measure: \"val_x\" can't be the name of a measure");
  run.trainer->measure(Accuracy());
  says([&] { run.trainer->measure(Accuracy()); }, "two measures are called \"accuracy\"");
  says([&] { run.trainer->on_step(nullptr); }, "Trainer.on_step: the function is empty");
  run.net->eval();
  says([&] { run.trainer->fit(rows); },
       "Trainer.fit: Net is in evaluation mode; call its train() first");
  run.net->train();
  Rows empty(zeros({0, 4}), zeros({0}, {.dtype = int64}), 4);
  says([&] { run.trainer->fit(empty); }, "Trainer.fit: the source gave no batch in epoch 0");
  says([&] { run.trainer->evaluate(empty); }, "Trainer.evaluate: the source gave 0 rows");
  says([&] { run.trainer->predict(empty); }, "Trainer.predict: the source gave 0 batches");
  Trainer several(
      *run.net, [](const Tensor& y, const Tensor&) { return y; }, *run.adam);
  says([&] { several.fit(rows); },
       "Trainer: the loss of a batch has shape [4, 3]; it is one number");
  run.trainer->fit(rows);
  run.trainer->set_epochs(2);
  says([&] { run.trainer->fit(rows, &rows); },
       "Trainer.fit: earlier epochs have 3 scores, this one would have 5");
}
