// What samples with a train::Trainer have in common: where each of their trainings is kept, how its
// learning rate goes, and what is shown of it. Loops of one's own are training.hpp's business.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tapegrad/tapegrad.hpp>

#include "flags.hpp"
#include "training.hpp"

namespace samples {

/// The files of one of several trainings of a run: folders of this name in those of the flags.
TrainingFiles part_of(const TrainingFiles& files, const std::string& name);

/// Checkpoints by steps, and at the end.
tapegrad::train::CheckpointOptions checkpoints_of(const TrainingFiles& files,
                                                  std::map<std::string, std::string> origin);

/// A training by epochs, as flags ask for it.
struct Course {
  std::int64_t epochs = 1;
  std::int64_t batch_size = 32;
  double learning_rate = 0.001;
  std::int64_t max_step = 0;
  std::int64_t seed = 1;
};

/// What --help says of it.
struct CourseWords {
  std::string epochs;      ///< "how often each image is seen"
  std::string batch_size;  ///< "images of a step"
  std::string seed;        ///< "makes the random start"
  std::string learning_rate =
      "of Adam, at its highest; it rises for a tenth of the steps and falls from there";
  std::string max_step = "most steps to take; 0 for all of the epochs";
};

/// --epochs, --max-step, --batch-size, --learning-rate and --seed.
void declare(Flags& flags, Course& course, const CourseWords& words);

/// What a Trainer is told. The origin of its checkpoints gets what of the course decides how the
/// training goes.
tapegrad::train::TrainerOptions options_of(const Course& course, const TrainingFiles& files,
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
