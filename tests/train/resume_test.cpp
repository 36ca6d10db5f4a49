// Trainings that end and go on from their checkpoints, to the same bits.
#include <algorithm>
#include <csignal>

#include "io/files.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/optim/averaged.hpp"
#include "tapegrad/optim/curves.hpp"
#include "tapegrad/train/classification.hpp"
#include "tapegrad/train/interrupt.hpp"
#include "tapegrad/train/ranking.hpp"
#include "tapegrad/train/schedules.hpp"
#include "tapegrad/train/stopping.hpp"
#include "train/runs.hpp"

using namespace tapegrad;
using namespace tapegrad::train;
using test::Rows;
using test::Run;

namespace {

/// Everything that a checkpoint has to bring back, and what happened in this life.
struct Life : Run {
  optim::AveragedModel<test::Net> average{*net, {.decay = 0.9}};
  Rows rows = test::training_rows();
  Rows validation = test::validation_rows();
  Ended ended = Ended::finished;

  explicit Life(const std::string& folder, TrainerOptions options) : Run(with(folder, options)) {
    trainer->measure(Accuracy());
    trainer->measure(RocAuc(), {.of = [](const Tensor& y) { return softmax(y, 1); }});
    trainer->add(
        Schedule(optim::Scheduler(*adam, optim::ExponentialLR{.gamma = 0.97}), Every::step));
    trainer->add(PlateauSchedule(optim::ReduceLROnPlateau(*adam, {.factor = 0.5, .patience = 0}),
                                 "val_accuracy"));
    trainer->add(EarlyStopping({.monitor = "val_loss", .patience = 3}));
    trainer->on_step([this](Trainer&) { average.update_parameters(*net); });
    trainer->keep("average", average);
  }
  static TrainerOptions with(const std::string& folder, TrainerOptions options) {
    options.checkpoints.directory = folder;
    options.checkpoints.max_to_keep = 0;
    options.checkpoints.every_steps = 5;
    return options;
  }
  void train() { ended = trainer->fit(rows, &validation); }
};

/// All checkpoints by name.
std::map<std::string, std::string> files_in(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".safetensors") continue;
    files[entry.path().filename().string()] = test::read_file(entry.path().string());
  }
  return files;
}

void check_same(const EpochScores& a, const EpochScores& b) {
  CHECK(a.epoch == b.epoch);
  CHECK(a.step == b.step);
  CHECK(std::vector(a.scores.begin(), a.scores.end()) ==
        std::vector(b.scores.begin(), b.scores.end()));
}

}  // namespace

TEST_CASE("a training that ends after any step goes on to the same bits", "[train][resume]") {
  const test::Folder folder;
  Life whole(folder / "whole", {.epochs = 3});
  whole.train();
  REQUIRE(whole.trainer->step() == 18);
  const auto reference = files_in(folder / "whole");
  CHECK(reference.size() == 6);  // 5, 6, 10, 12, 15 and 18
  // In the first and the last batch of an epoch, at checkpoints and between them.
  for (const std::int64_t stop : {1, 5, 6, 16}) {
    INFO("ended after step " << stop);
    const std::string place = folder / std::to_string(stop);
    Life first(place, {.epochs = 3, .steps = stop});
    first.train();
    CHECK(first.trainer->step() == stop);
    Life second(place, {.epochs = 3});
    second.train();
    REQUIRE(second.trainer->restored().has_value());
    CHECK(second.trainer->restored()->step == stop);
    // The newest has everything: weights, average, momenta, generator, place, history.
    for (const auto& [name, bytes] : files_in(place)) {
      if (reference.count(name) == 1) CHECK(bytes == reference.at(name));
    }
    CHECK(second.weights() == whole.weights());
    auto given = first.rows.given;
    given.resize(static_cast<std::size_t>(stop));  // one was looked ahead
    given.insert(given.end(), second.rows.given.begin(), second.rows.given.end());
    CHECK(given == whole.rows.given);
    REQUIRE(second.trainer->history().size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
      check_same(second.trainer->history()[i], whole.trainer->history()[i]);
    }
  }
}

TEST_CASE("a finished training goes on with more epochs, and is left alone without",
          "[train][resume]") {
  const test::Folder folder;
  Life whole(folder / "whole", {.epochs = 3});
  whole.train();
  Life first(folder / "parts", {.epochs = 1});
  first.train();
  Life second(folder / "parts", {.epochs = 3});
  second.train();
  const auto files = files_in(folder / "parts");
  CHECK(files.at("ckpt-18.safetensors") == files_in(folder / "whole").at("ckpt-18.safetensors"));
  Life third(folder / "parts", {.epochs = 3});
  third.train();
  CHECK(third.ended == Ended::finished);
  CHECK(third.rows.given.empty());
  CHECK(files_in(folder / "parts") == files);
  CHECK(third.weights() == whole.weights());
}

TEST_CASE("a training that was stopped early stays so", "[train][resume]") {
  const test::Folder folder;
  const auto train = [&] {
    auto run = std::make_unique<Run>(
        TrainerOptions{.epochs = 9, .checkpoints = {.directory = folder / "run"}});
    // A rate of 0 after two epochs: no loss gets better.
    run->trainer->add(Schedule(optim::Scheduler(
        *run->adam, optim::LambdaLR{[](std::int64_t t) { return t < 2 ? 1.0 : 0.0; }})));
    run->trainer->add(EarlyStopping({.patience = 2}));
    Rows rows = test::training_rows();
    Rows validation = test::validation_rows();
    CHECK(run->trainer->fit(rows, &validation) == Ended::stopped);
    return run;
  };
  const auto first = train();
  const auto second = train();
  CHECK(second->trainer->step() == first->trainer->step());
  CHECK(second->trainer->step() < 9 * 6);
  CHECK(second->weights() == first->weights());  // the best
}

TEST_CASE("a signal within validation is resumed before it", "[train][resume][signal]") {
  struct Raising : Rows {
    using Rows::Rows;
    std::optional<data::Batch> next() override {
      std::raise(SIGTERM);
      return Rows::next();
    }
  };
  const test::Folder folder;
  Life whole(folder / "whole", {.epochs = 2});
  whole.train();
  Life first(folder / "parts", {.epochs = 2});
  Generator generator(6);
  const Tensor x = randn({10, 4}, {}, generator);
  Raising raising(x, argmax(x.narrow(1, 0, 3), 1), 4);
  CHECK(first.trainer->fit(first.rows, &raising) == Ended::interrupted);
  CHECK(first.trainer->history().empty());
  CHECK(first.net->is_training());
  forget_interruption();
  Life second(folder / "parts", {.epochs = 2});
  second.train();
  CHECK(files_in(folder / "parts").at("ckpt-12.safetensors") ==
        files_in(folder / "whole").at("ckpt-12.safetensors"));
}

TEST_CASE("checkpoints of another training are refused, and nothing is changed",
          "[train][resume][misuse]") {
  const test::Folder folder;
  Rows rows = test::training_rows();
  const auto options = [&](const std::string& lr) {
    return TrainerOptions{
        .checkpoints = {.directory = folder / "run", .origin = {{"lr", lr}, {"data", "a"}}}};
  };
  Run first(options("0.1"));
  first.trainer->measure(Accuracy());
  first.trainer->fit(rows);
  Run other(options("0.2"));
  other.trainer->measure(Accuracy());
  const auto before = other.weights();
  CHECK_THROWS_WITH(other.trainer->fit(rows),
                    Catch::Contains("comes of another training: lr was 0.1 and is 0.2 now; go on "
                                    "with what it was, or choose another folder"));
  CHECK(other.weights() == before);
  CHECK(other.trainer->step() == 0);

  Run without(options("0.1"));
  CHECK_THROWS_WITH(without.trainer->fit(rows),
                    Catch::Contains("nothing here has an entry \"measures.accuracy."));
  Run more(options("0.1"));
  more.trainer->measure(Accuracy());
  more.trainer->add(EarlyStopping({.monitor = "loss"}));
  CHECK_THROWS_WITH(more.trainer->fit(rows),
                    Catch::Contains("EarlyStopping: load_state_dict: no entry \"best\""));
  CHECK(more.trainer->step() == 0);
  CHECK(more.weights() == before);
}
