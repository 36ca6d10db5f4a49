// A line that says how far a training is.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

#include "tapegrad/train/callback.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace train {

struct ProgressOptions {
  /// Null: standard output.
  std::ostream* out = nullptr;
  /// Whether lines are drawn over themselves. Default: where standard output is a terminal.
  std::optional<bool> terminal = {};
  /// Elsewhere a line at most every so many seconds, and one at the end.
  double seconds_between_lines = 10;
  /// Elsewhere also a line for each epoch, however short it was.
  bool every_epoch = false;
};

/// Shows epoch, batch, rows a second, the time that is left, the loss and the measures:
///   epoch 2/10 [====      ] 41 % 3200 rows/s 0:12 left  loss 0.3121 accuracy 0.9071
/// In a terminal the line is drawn four times a second over itself, and left standing at the end of
/// each epoch. The one callback that prints.
class ProgressBar : public Callback {
 public:
  explicit ProgressBar(const ProgressOptions& options = {}) : options_(options) {}
  std::string name() const override { return "progress"; }
  void on_begin(Trainer& trainer) override;
  void on_step(Trainer& trainer) override;
  void on_epoch(Trainer& trainer) override;
  void on_end(Trainer& trainer) override;

 private:
  /// The next line is due in a while.
  void wait();
  void show(const std::string& line, bool stays);
  std::string running_line(const Trainer& trainer) const;

  ProgressOptions options_;
  bool terminal_ = false;
  bool unfinished_ = false;
  /// On a clock that only goes forward, in seconds.
  double began_ = 0;
  double next_ = 0;
  std::int64_t first_step_ = 0;
  std::int64_t rows_ = 0;
  /// Of the last epoch, while it isn't shown.
  std::string waiting_;
};

}  // namespace train
}  // namespace tapegrad
