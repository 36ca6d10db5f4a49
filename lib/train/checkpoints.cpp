#include "tapegrad/train/checkpoints.hpp"

#include "core/check.hpp"

namespace tapegrad::train {
namespace {

using Origin = std::map<std::string, std::string>;

void check_origin(const io::Restored& found, const Origin& origin) {
  for (const auto& [name, value] : origin) {
    const auto saved = found.metadata.find(name);
    const std::string then = saved == found.metadata.end() ? "nothing" : saved->second;
    check<IoError>(then == value,
                   "Checkpoints.restore: {} comes of another training: {} was {} and is {} now; go "
                   "on with what it was, or choose another folder",
                   found.path, name, then, value);
  }
}

}  // namespace

Checkpoints::Checkpoints(CheckpointOptions options) : options_(std::move(options)) {
  check<Error>(options_.every_steps >= 0 && options_.every_epochs >= 0,
               "Checkpoints: every {} steps and {} epochs; 0 for none", options_.every_steps,
               options_.every_epochs);
  if (options_.directory.empty()) return;
  io::SaverOptions kept{.max_to_keep = options_.max_to_keep,
                        .keep_every = options_.keep_every,
                        .metadata = options_.origin};
  kept.accept = [origin = options_.origin](const io::Restored& found) {
    check_origin(found, origin);
  };
  saver_.emplace(options_.directory, std::move(kept));
}

const std::optional<io::Restored>& Checkpoints::restore() {
  if (!saver_) return restored_;
  restored_ = saver_->restore_latest();
  if (restored_) path_ = restored_->path;
  saved_ = restored_.has_value();
  return restored_;
}

bool Checkpoints::due_by_steps(std::int64_t steps) const {
  return options_.every_steps > 0 && steps % options_.every_steps == 0;
}

bool Checkpoints::due_by_epochs(std::int64_t epochs) const {
  return options_.every_epochs > 0 && epochs % options_.every_epochs == 0;
}

void Checkpoints::done(std::int64_t step) {
  changed();
  if (due_by_steps(step)) save(step);
}

void Checkpoints::save(std::int64_t step) {
  if (!saver_ || saved_) return;
  if (before_saving_) before_saving_();
  path_ = saver_->save(step);
  saved_ = true;
}

}  // namespace tapegrad::train
