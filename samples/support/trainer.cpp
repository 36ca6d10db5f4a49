#include "trainer.hpp"

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

void Resumed::on_begin(tg::train::Trainer& trainer) {
  if (trainer.restored()) say_resumed(*trainer.restored());
}

}  // namespace samples
