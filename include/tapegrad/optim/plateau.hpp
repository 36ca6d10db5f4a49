// ReduceLROnPlateau: smaller learning rates where a metric gets no better.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "tapegrad/optim/optimizer.hpp"
#include "tapegrad/optim/scheduler.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace optim {

/// Which metrics are better.
enum class Better { smaller, larger };
/// Whether a threshold is a part of the best metric, or a number beside it.
enum class Threshold { rel, abs };

struct PlateauOptions {
  Better mode = Better::smaller;
  /// What the rates are multiplied by, below 1.
  double factor = 0.1;
  /// So many steps without a better metric are allowed.
  std::int64_t patience = 10;
  /// Less of a change is none.
  double threshold = 1e-4;
  Threshold threshold_mode = Threshold::rel;
  /// So many steps after a reduction aren't counted.
  std::int64_t cooldown = 0;
  PerGroup min_lr = 0.0;
  /// A smaller change of a rate isn't made.
  double eps = 1e-8;
  void validate() const;
};

/// PyTorch's, with its names; there `mode` is "min" or "max". A metric that is NaN isn't better.
class ReduceLROnPlateau {
 public:
  /// Throws Error for options that are out of range.
  explicit ReduceLROnPlateau(Optimizer& optimizer, const PlateauOptions& options = {});

  /// Takes the metric of another epoch. Throws Error where the optimizer is gone.
  void step(double metric);
  std::int64_t last_epoch() const { return last_epoch_; }
  double best() const { return best_; }
  std::vector<double> last_lr() const;

  /// "last_epoch", "best", "num_bad_epochs" and "cooldown_counter".
  StateDict state_dict() const;
  /// Throws Error, ShapeError or DTypeError, before anything is changed, for any other state.
  void load_state_dict(const StateDict& state);

 private:
  bool is_better(double metric) const;
  void reduce();

  std::shared_ptr<Optimizer*> optimizer_;
  PlateauOptions options_;
  double best_;
  std::int64_t last_epoch_ = 0;
  std::int64_t num_bad_epochs_ = 0;
  std::int64_t cooldown_counter_ = 0;
};

}  // namespace optim
}  // namespace tapegrad
