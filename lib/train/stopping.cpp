#include "tapegrad/train/stopping.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include "core/check.hpp"
#include "tapegrad/io/saver.hpp"
#include "tapegrad/train/trainer.hpp"
#include "train/numbers.hpp"

namespace tapegrad::train {
namespace {

double worst(Better better) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return better == Better::smaller ? infinity : -infinity;
}

bool is_better(Better better, double score, double best, double by) {
  return better == Better::smaller ? score < best - by : score > best + by;
}

void put_weights(Trainer& trainer, const StateDict& weights, std::int64_t epoch) {
  const nn::LoadResult result = trainer.model().load_state_dict(weights);
  check<Error>(result.complete(),
               "EarlyStopping: the weights of epoch {} are of another model: {} names are missing, "
               "{} are unexpected",
               epoch, result.missing.size(), result.unexpected.size());
}

}  // namespace

EarlyStopping::EarlyStopping(EarlyStoppingOptions options)
    : options_(std::move(options)), best_(worst(options_.better)) {
  check<Error>(options_.patience >= 1, "EarlyStopping: patience is {}; it is at least 1",
               options_.patience);
  check<Error>(options_.min_delta >= 0, "EarlyStopping: min_delta is {}; it can't be negative",
               options_.min_delta);
}

void EarlyStopping::on_begin(Trainer& trainer) {
  if (!last_.empty()) put_weights(trainer, std::exchange(last_, {}), trainer.epoch());
  if (waited_ >= options_.patience) trainer.stop();
}

void EarlyStopping::on_epoch(Trainer& trainer) {
  const EpochScores& now = trainer.history().back();
  const double score = now.scores[options_.monitor];
  if (is_better(options_.better, score, best_, options_.min_delta)) {
    best_ = score;
    best_epoch_ = now.epoch;
    waited_ = 0;
    if (options_.restore_best) weights_ = trainer.model().state_dict().clone();
  } else if (++waited_ >= options_.patience) {
    trainer.stop();
  }
}

void EarlyStopping::on_end(Trainer& trainer) {
  if (weights_.empty()) return;
  last_ = trainer.model().state_dict().clone();
  put_weights(trainer, weights_, best_epoch_);
}

StateDict EarlyStopping::state_dict() const {
  StateDict state{
      {"best", saved(best_)}, {"best_after", saved(best_epoch_ + 1)}, {"waited", saved(waited_)}};
  insert_below(state, "weights", weights_);
  return state;
}

void EarlyStopping::load_state_dict(const StateDict& state) {
  StateDict own;
  for (const auto& [entry, tensor] : state) {
    if (!entry.starts_with("weights.")) own.insert(entry, tensor);
  }
  const SavedNumbers numbers("EarlyStopping", own, {"best", "best_after", "waited"});
  const double best = numbers.number("best");
  const std::int64_t after = numbers.count("best_after");
  waited_ = numbers.count("waited");
  best_ = best;
  best_epoch_ = after - 1;
  // What comes from a file looks into it, and the file may be gone before the training ends.
  weights_ = below(state, "weights").clone();
}

KeepBest::KeepBest(KeepBestOptions options)
    : options_(std::move(options)), best_(worst(options_.better)) {
  check<Error>(!options_.directory.empty(),
               "KeepBest: the name of the folder for the best {} is empty", options_.monitor);
}

void KeepBest::on_epoch(Trainer& trainer) {
  const double score = trainer.history().back().scores[options_.monitor];
  if (!is_better(options_.better, score, best_, 0)) return;
  io::Saver saver(options_.directory,
                  {.max_to_keep = 1, .metadata = {{options_.monitor, fmt::format("{}", score)}}});
  saver.add("model", trainer.model()).save(trainer.step());
  best_ = score;
}

StateDict KeepBest::state_dict() const { return {{"best", saved(best_)}}; }

void KeepBest::load_state_dict(const StateDict& state) {
  best_ = SavedNumbers("KeepBest", state, {"best"}).number("best");
}

}  // namespace tapegrad::train
