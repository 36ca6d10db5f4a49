// The ready callbacks, each beside what it should do by hand.
#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <tuple>

#include "io/files.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/io/saver.hpp"
#include "tapegrad/nn/clip.hpp"
#include "tapegrad/optim/curves.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/train/classification.hpp"
#include "tapegrad/train/gradients.hpp"
#include "tapegrad/train/logs.hpp"
#include "tapegrad/train/progress.hpp"
#include "tapegrad/train/schedules.hpp"
#include "tapegrad/train/stopping.hpp"
#include "train/progress_line.hpp"
#include "train/runs.hpp"

using namespace tapegrad;
using namespace tapegrad::train;
using test::Rows;
using test::Run;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// A batch for each epoch, with the next of some numbers.
struct Scripted : data::BatchSource {
  std::vector<double> numbers;
  std::size_t begun = 0;
  bool given = false;
  explicit Scripted(std::vector<double> script) : numbers(std::move(script)) {}
  void begin_epoch(std::int64_t, std::int64_t = 0) override {
    ++begun;
    given = false;
  }
  std::optional<data::Batch> next() override {
    if (given) return std::nullopt;
    given = true;
    return data::Batch{full({1}, numbers.at(begun - 1), {.dtype = float64}), Tensor()};
  }
  std::optional<std::int64_t> size() const override { return std::nullopt; }
};

/// Its loss is what the source has, and its weight falls by 1 with each epoch.
struct Falling : nn::Module {
  nn::Parameter weight{zeros({1}, {.dtype = float64})};
  optim::SGD sgd{std::vector<Tensor>{weight}, {.lr = 1}};
  void visit(nn::Visitor& v) override { v("weight", weight); }
  Tensor forward(const Tensor& x) const { return sum(x + weight - weight.detach()); }
  double value() const { return weight.item<double>(); }
};

Tensor itself(const Tensor& output, const Tensor&) { return output; }

const std::vector<double> script{5, 4, 4.5, not_a_number, 3.5, 3.6, 3.7, 3.4, 9, 9, 9, 9};

}  // namespace

TEST_CASE("early stopping waits as long as it is told and brings the best weights back",
          "[train][callback]") {
  const auto end_of = [](const EarlyStoppingOptions& options) {
    Falling model;
    Scripted training(std::vector<double>(12, 1.0));
    Scripted validation(script);
    Trainer trainer(model, itself, model.sgd, {.epochs = 12});
    const EarlyStopping& stopping = trainer.add(EarlyStopping(options));
    const Ended ended = trainer.fit(training, &validation);
    return std::tuple(ended, trainer.epoch(), stopping.best_epoch(), model.value());
  };
  using Result = std::tuple<Ended, std::int64_t, std::int64_t, double>;
  // The weight is -(e + 1) at the end of epoch e.
  CHECK(end_of({.patience = 2}) == Result(Ended::stopped, 4, 1, -2));
  CHECK(end_of({.patience = 3}) == Result(Ended::stopped, 11, 7, -8));
  CHECK(end_of({.patience = 3, .restore_best = false}) == Result(Ended::stopped, 11, 7, -11));
  CHECK(end_of({.patience = 3, .min_delta = 0.5}) == Result(Ended::stopped, 5, 1, -2));
  CHECK(end_of({.patience = 10}) == Result(Ended::finished, 12, 7, -8));
  CHECK(end_of({.better = Better::larger, .patience = 7}) == Result(Ended::stopped, 8, 0, -1));
  CHECK(end_of({.better = Better::larger, .patience = 8}) == Result(Ended::finished, 12, 8, -9));
  CHECK(end_of({.monitor = "loss", .patience = 1}) == Result(Ended::stopped, 2, 0, -1));
  CHECK_THROWS_WITH(EarlyStopping({.patience = 0}),
                    "EarlyStopping: patience is 0; it is at least 1");
  CHECK_THROWS_WITH(end_of({.monitor = "val_los"}), Catch::Contains("no \"val_los\""));
}

TEST_CASE("the best model is kept in a folder of its own", "[train][callback]") {
  const test::Folder folder;
  Falling model;
  Scripted training(std::vector<double>(12, 1.0));
  Scripted validation(script);
  Trainer trainer(model, itself, model.sgd, {.epochs = 7});
  trainer.add(KeepBest({.directory = folder / "best"}));
  trainer.fit(training, &validation);
  const auto newest = io::latest_checkpoint(folder / "best");
  REQUIRE(newest.has_value());
  CHECK(io::load_checkpoint_part(*newest, "model")["weight"].item<double>() == -5);
  CHECK(std::filesystem::path(*newest).filename() == "ckpt-5.safetensors");
  CHECK_THROWS_WITH(KeepBest({}),
                    "KeepBest: the name of the folder for the best val_loss is empty");
}

TEST_CASE("schedules go on by steps or epochs", "[train][callback]") {
  for (const Every every : {Every::step, Every::epoch}) {
    Run run({.epochs = 2});
    run.trainer->add(
        Schedule(optim::Scheduler(*run.adam, optim::ExponentialLR{.gamma = 0.5}), every));
    Rows rows = test::training_rows();
    run.trainer->fit(rows);
    // Twelve steps in two epochs.
    CHECK(run.adam->lr(0) == Approx(0.03 * std::pow(0.5, every == Every::step ? 12 : 2)));
    CHECK(run.trainer->history()[0].scores["lr"] ==
          Approx(0.03 * std::pow(0.5, every == Every::step ? 6 : 0)));
  }
  Falling model;
  Scripted training(std::vector<double>(12, 1.0));
  Scripted validation(script);
  Trainer trainer(model, itself, model.sgd, {.epochs = 5});
  trainer.add(
      PlateauSchedule(optim::ReduceLROnPlateau(model.sgd, {.factor = 0.25, .patience = 1})));
  trainer.fit(training, &validation);
  CHECK(model.sgd.lr(0) == 0.25);  // 4.5 and nan are two bad epochs
}

TEST_CASE("gradients are clipped between the reverse pass and the step", "[train][callback]") {
  const auto trained = [](auto callback) {
    Run run;
    run.trainer->add(std::move(callback));
    Rows rows = test::training_rows();
    run.trainer->fit(rows);
    return run.weights();
  };
  const auto by_hand = [](const std::function<void(const std::vector<Tensor>&)>& clip) {
    Run run;
    Rows rows = test::training_rows();
    rows.begin_epoch(0);
    while (const auto batch = rows.next()) {
      run.adam->zero_grad();
      nn::cross_entropy(run.net->forward(batch->x), batch->y).backward();
      clip(run.net->parameters());
      run.adam->step();
    }
    return run.weights();
  };
  CHECK(trained(ClipGradNorm(0.1)) ==
        by_hand([](const auto& all) { nn::clip_grad_norm_(all, 0.1); }));
  CHECK(trained(ClipGradValue(0.01)) ==
        by_hand([](const auto& all) { nn::clip_grad_value_(all, 0.01); }));
}

TEST_CASE("a NaN watch names the step and the parameters, and spares the weights",
          "[train][callback]") {
  Run run({.epochs = 3});
  run.trainer->add(NanWatch());
  // At step 8 an infinite gradient comes to one layer.
  run.trainer->on_step([&](Trainer& t) {
    if (t.step() != 8) return;
    run.net->out.bias.register_hook(
        [](const Tensor& g) { return g * std::numeric_limits<double>::infinity(); });
  });
  Rows rows = test::training_rows();
  const std::string message = test::error_of([&] { run.trainer->fit(rows); });
  INFO(message);
  CHECK(test::contains(message, "NanWatch: step 8, of epoch 1 and batch 2, has the loss "));
  CHECK(test::contains(message, "of the weights, all are finite; of the gradients, out.bias"));
  for (const float weight : run.weights()) CHECK(std::isfinite(weight));

  Run lost;
  lost.trainer->add(NanWatch());
  {
    const NoGrad guard;
    lost.net->hidden.weight.select(0, 0).fill_(not_a_number);
  }
  const std::string all = test::error_of([&] { lost.trainer->fit(rows); });
  INFO(all);
  CHECK(test::contains(all, "NanWatch: step 0, of epoch 0 and batch 0, has the loss "));
  CHECK(test::contains(all,
                       "nan. What isn't finite: of the weights, hidden.weight; of the "
                       "gradients, hidden.weight, hidden.bias, out.weight and 1 more"));
  CHECK_THROWS_WITH(NanWatch(0), "NanWatch: every is 0; it is at least 1");
}

TEST_CASE("a table has a row for each epoch, once, also after a training went on",
          "[train][callback]") {
  const test::Folder folder;
  const auto train = [&](std::int64_t epochs) {
    Falling model;
    Scripted training({1, 2, 3});
    Scripted validation(script);
    Trainer trainer(model, itself, model.sgd,
                    {.epochs = epochs, .checkpoints = {.directory = folder / "run"}});
    trainer.add(CsvLog(folder / "log.csv"));
    trainer.fit(training, &validation);
  };
  train(1);
  CHECK(test::read_file(folder / "log.csv") == "epoch,step,loss,val_loss,lr\n0,1,1,5,1\n");
  test::write_file(folder / "log.csv", "torn");
  train(2);  // the sources begin anew in the second life
  CHECK(test::read_file(folder / "log.csv") ==
        "epoch,step,loss,val_loss,lr\n0,1,1,5,1\n1,2,1,5,1\n");
  test::write_file(folder / "log.csv", "torn");
  train(2);  // nothing is left to do
  CHECK(test::read_file(folder / "log.csv") ==
        "epoch,step,loss,val_loss,lr\n0,1,1,5,1\n1,2,1,5,1\n");
}

TEST_CASE("a table quotes names that would break it", "[train][callback]") {
  const test::Folder folder;
  Run run;
  run.trainer->measure(Accuracy(), {.name = "a, \"b\""}).measure(Accuracy(), {.name = "c\nd"});
  run.trainer->add(CsvLog(folder / "log.csv"));
  Rows rows = test::training_rows();
  run.trainer->fit(rows);
  CHECK(test::read_file(folder / "log.csv")
            .starts_with("epoch,step,loss,\"a, \"\"b\"\"\",\"c\nd\",lr\n0,6,"));
}

TEST_CASE("TensorBoard gets every step, every epoch and the graph", "[train][callback]") {
  const test::Folder folder;
  Run run({.epochs = 2});
  run.trainer->measure(Accuracy());
  run.trainer->add(TensorBoard(folder / "logs", {.histograms_every = 5}));
  Rows rows = test::training_rows();
  Rows validation = test::validation_rows();
  run.trainer->fit(rows, &validation);
  std::string bytes;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "logs")) {
    bytes += test::read_file(entry.path().string());
  }
  const auto times = [&](const std::string& tag) {
    std::size_t count = 0;
    // 0x15: a simple_value follows.
    for (std::size_t at = 0; (at = bytes.find(tag + "\x15", at)) != std::string::npos; ++at)
      ++count;
    return count;
  };
  CHECK(times("loss/step") == 12);
  for (const std::string tag :
       {"loss/train", "loss/validation", "accuracy/train", "accuracy/validation", "lr"}) {
    CHECK(times(tag) == 2);
  }
  for (const std::string name :
       {"model/hidden", "loss/", "train/gradients/", "train/adam/", "hidden/weight/grad"}) {
    CHECK(test::contains(bytes, name));
  }
  CHECK_THROWS_WITH(TensorBoard("x", {.histograms_every = -1}),
                    Catch::Contains("histograms_every is -1"));
}

TEST_CASE("a progress line has what is known", "[train][callback]") {
  ProgressNow now{1, 10, 41, 100, 3200.4, 12.2, {}};
  now.scores.insert("loss", 0.31214);
  now.scores.insert("accuracy", 0.90714);
  CHECK(progress_line(now) ==
        "epoch 2/10 [====      ]  41 %  3200 rows/s  0:12 left  loss 0.3121 accuracy 0.9071");
  CHECK(progress_line({0, 1, 7, {}, 10, {}, {}}) == "epoch 1/1 batch 7  10 rows/s ");
  CHECK(progress_line({0, 1, 100, 100, 10, 0.0, {}}) ==
        "epoch 1/1 [==========] 100 %  10 rows/s  0:00 left ");
  CHECK(clock_text(59.6) == "1:00");
  CHECK(clock_text(3723) == "1:02:03");
}

TEST_CASE("progress is one line over itself in a terminal, and few lines elsewhere",
          "[train][callback]") {
  const auto shown = [](const ProgressOptions& options) {
    std::ostringstream out;
    Run run({.epochs = 3});
    ProgressOptions to = options;
    to.out = &out;
    run.trainer->add(ProgressBar(to));
    Rows rows = test::training_rows();
    run.trainer->fit(rows);
    return out.str();
  };
  const std::string few = shown({.seconds_between_lines = 1000});
  INFO(few);
  CHECK(std::count(few.begin(), few.end(), '\n') == 1);
  CHECK(few.starts_with("epoch 3/3  0:0"));
  CHECK(test::contains(few, "  loss "));
  const std::string epochs = shown({.seconds_between_lines = 1000, .every_epoch = true});
  INFO(epochs);
  CHECK(std::count(epochs.begin(), epochs.end(), '\n') == 3);
  CHECK(epochs.starts_with("epoch 1/3  0:0"));
  const std::string all = shown({.seconds_between_lines = 0});
  // A line for each step and each epoch.
  CHECK(std::count(all.begin(), all.end(), '\n') == 18 + 3);
  CHECK_FALSE(test::contains(all, "\x1b"));
  CHECK(test::contains(all, "epoch 1/3 [===       ]  33 %"));
  const std::string drawn = shown({.terminal = true});
  CHECK(test::contains(drawn, "\r\x1b[Kepoch 3/3  0:0"));
  CHECK(drawn.ends_with("\n"));
}
