// Callbacks that watch a score from epoch to epoch.
#pragma once

#include <cstdint>
#include <string>

#include "tapegrad/optim/plateau.hpp"
#include "tapegrad/train/callback.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace train {

using optim::Better;

struct EarlyStoppingOptions {
  /// Of the scores of an epoch.
  std::string monitor = "val_loss";
  Better better = Better::smaller;
  /// So many epochs without a better score are allowed.
  std::int64_t patience = 10;
  /// A score is better by more than this.
  double min_delta = 0;
  /// The model ends with the weights of its best epoch. They are in each checkpoint; the last
  /// checkpoint has the last weights as well. A longer training goes on from the last weights, also
  /// in the same process: fit() puts them back first, whatever the model has then.
  bool restore_best = true;
};

/// Stops a training that gets no better. A score that is NaN isn't better.
class EarlyStopping : public Callback {
 public:
  /// Throws Error for a patience below 1 or a negative min_delta.
  explicit EarlyStopping(EarlyStoppingOptions options = {});
  std::string name() const override { return "early_stopping"; }
  void on_begin(Trainer& trainer) override;
  void on_epoch(Trainer& trainer) override;
  void on_end(Trainer& trainer) override;
  StateDict state_dict() const override;
  void load_state_dict(const StateDict& state) override;

  /// Of the best epoch so far; -1 before the first.
  std::int64_t best_epoch() const { return best_epoch_; }
  double best() const { return best_; }

 private:
  EarlyStoppingOptions options_;
  double best_ = 0;
  std::int64_t best_epoch_ = -1;
  std::int64_t waited_ = 0;
  StateDict weights_;
  /// What the best ones replaced.
  StateDict last_;
};

struct KeepBestOptions {
  /// The folder.
  std::string directory;
  std::string monitor = "val_loss";
  Better better = Better::smaller;
};

/// Saves the model of the best epoch, as a checkpoint with one part:
///   const auto best = io::latest_checkpoint(folder);
///   model.load_state_dict(io::load_checkpoint_part(*best, "model"));
class KeepBest : public Callback {
 public:
  explicit KeepBest(KeepBestOptions options);
  std::string name() const override { return "keep_best"; }
  void on_epoch(Trainer& trainer) override;
  StateDict state_dict() const override;
  void load_state_dict(const StateDict& state) override;

 private:
  KeepBestOptions options_;
  double best_ = 0;
};

}  // namespace train
}  // namespace tapegrad
