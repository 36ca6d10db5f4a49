// The checkpoints of one training: when they are saved, and what they may be gone on from. How they
// are saved is io::Saver's business.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "tapegrad/io/saver.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace train {

/// Where a training is kept, and what it goes on from.
struct CheckpointOptions {
  /// The folder; empty: nothing is kept.
  std::string directory = {};
  /// Every so many steps; 0: not by steps.
  std::int64_t every_steps = 0;
  /// At the end of every so many epochs; 0: not by epochs. A Trainer saves the end of a training in
  /// any case.
  std::int64_t every_epochs = 1;
  /// What the training comes from, such as its settings: a checkpoint that was saved with another
  /// one isn't gone on from, but refused.
  std::map<std::string, std::string> origin = {};
  /// As SaverOptions have them.
  std::int64_t max_to_keep = 5;
  std::int64_t keep_every = 0;
};

/// For a loop of one's own; a Trainer has them already:
///   train::Checkpoints checkpoints({.directory = "runs/line", .every_steps = 100});
///   std::int64_t step = 0;
///   checkpoints.add("model", model).add("optimizer", optimizer).add("step", step);
///   for (checkpoints.restore(); step < 1000 && !interrupted();) {
///     ...
///     checkpoints.done(++step);
///   }
///   checkpoints.save(step);
/// Without a folder nothing of it does anything.
class Checkpoints {
 public:
  /// Throws Error for options that are negative, and as Saver does.
  explicit Checkpoints(CheckpointOptions options);

  /// What is saved, as Saver::add() takes it.
  template <class T>
  Checkpoints& add(std::string name, T& part) {
    if (saver_) saver_->add(std::move(name), part);
    return *this;
  }
  /// Called before each checkpoint: what must not fall behind it, like a log, goes to the disk.
  void before_saving(std::function<void()> f) { before_saving_ = std::move(f); }

  /// Goes on from the newest intact checkpoint, and gives it; nothing where there is none. Throws
  /// IoError, and leaves everything as it was, for one of another origin, and as
  /// Saver::restore_latest() does.
  const std::optional<io::Restored>& restore();
  /// What restore() gave.
  const std::optional<io::Restored>& restored() const { return restored_; }

  /// A step has been done: saves if that is one of `every_steps`.
  void done(std::int64_t step);
  /// Something was done that isn't saved yet.
  void changed() { saved_ = false; }
  /// Whether it is time by the number of steps or of epochs that are done.
  bool due_by_steps(std::int64_t steps) const;
  bool due_by_epochs(std::int64_t epochs) const;
  /// Saves, unless all that was done is saved already.
  void save(std::int64_t step);

  /// Of the checkpoint that was saved or restored last; empty before.
  const std::string& path() const { return path_; }

 private:
  CheckpointOptions options_;
  std::optional<io::Saver> saver_;
  std::function<void()> before_saving_;
  std::optional<io::Restored> restored_;
  std::string path_;
  bool saved_ = false;
};

}  // namespace train
}  // namespace tapegrad
