#include "trainer.hpp"

#include <fmt/format.h>

#include <utility>

namespace tg = tapegrad;

namespace samples {

TrainingFiles part_of(const TrainingFiles& files, const std::string& name) {
  TrainingFiles part = files;
  if (!part.model_dir.empty()) part.model_dir += "/" + name;
  if (!part.log_dir.empty()) part.log_dir += "/" + name;
  return part;
}

tg::train::CheckpointOptions checkpoints_of(const TrainingFiles& files,
                                            std::map<std::string, std::string> origin) {
  return {.directory = files.model_dir,
          .every_steps = files.save_every,
          .every_epochs = 0,
          .origin = std::move(origin)};
}

void declare(Flags& flags, Course& course, const CourseWords& words) {
  flags.integer("--epochs", course.epochs, {.least = 1}, words.epochs);
  flags.integer("--max-step", course.max_step, {}, words.max_step);
  flags.integer("--batch-size", course.batch_size, {.least = 1}, words.batch_size);
  flags.number("--learning-rate", course.learning_rate, {.least = 0, .above = true},
               words.learning_rate);
  flags.integer("--seed", course.seed, {}, words.seed);
}

tg::train::TrainerOptions options_of(const Course& course, const TrainingFiles& files,
                                     std::map<std::string, std::string> origin) {
  origin.insert({{"--seed", fmt::format("{}", course.seed)},
                 {"--epochs", fmt::format("{}", course.epochs)},
                 {"--batch-size", fmt::format("{}", course.batch_size)},
                 {"--learning-rate", fmt::format("{}", course.learning_rate)}});
  return {.epochs = course.epochs,
          .steps = course.max_step,
          .checkpoints = checkpoints_of(files, std::move(origin))};
}

void Resumed::on_begin(tg::train::Trainer& trainer) {
  if (trainer.restored()) say_resumed(*trainer.restored());
}

}  // namespace samples
