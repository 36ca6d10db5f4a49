// What samples with a train::Trainer have in common: where each of their trainings is kept, how its
// learning rate goes, and what is shown of it. Loops of one's own are training.hpp's business.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tapegrad/tapegrad.hpp>

#include "training.hpp"

namespace samples {

/// The files of one of several trainings of a run: folders of this name in those of the flags.
TrainingFiles part_of(const TrainingFiles& files, const std::string& name);

/// Checkpoints by steps, and at the end.
tapegrad::train::CheckpointOptions checkpoints_of(const TrainingFiles& files,
                                                  std::map<std::string, std::string> origin);

/// Says where it goes on, before the first line of progress.
class Resumed : public tapegrad::train::Callback {
 public:
  std::string name() const override { return "resumed"; }
  void on_begin(tapegrad::train::Trainer& trainer) override;
};

/// Resumed, NanWatch, a learning rate that rises to `highest` for a tenth of the steps and falls
/// from there, the log with its epochs.csv where one is asked for, progress. Gives that log; null
/// without.
template <class Optimizer>
tapegrad::train::TensorBoard* add_callbacks(tapegrad::train::Trainer& trainer, Optimizer& optimizer,
                                            double highest, std::int64_t steps,
                                            const TrainingFiles& files,
                                            const tapegrad::train::ProgressOptions& shown = {}) {
  namespace tg = tapegrad;
  trainer.add(Resumed());
  trainer.add(tg::train::NanWatch(50));
  trainer.add(tg::train::Schedule(
      tg::optim::Scheduler(
          optimizer,
          tg::optim::OneCycleLR{.max_lr = highest, .total_steps = steps + 1, .pct_start = 0.1}),
      tg::train::Every::step));
  tg::train::TensorBoard* log = nullptr;
  if (!files.log_dir.empty()) {
    log = &trainer.add(tg::train::TensorBoard(files.log_dir, {.histograms_every = 100}));
    trainer.add(tg::train::CsvLog(files.log_dir + "/epochs.csv"));
  }
  trainer.add(tg::train::ProgressBar(shown));
  return log;
}

}  // namespace samples
