#include "tapegrad/optim/lr_finder.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/check.hpp"
#include "tapegrad/program.hpp"

namespace tapegrad::optim {
namespace {

void check_options(const FindLrOptions& o) {
  check<Error>(o.first > 0 && o.first < o.last && std::isfinite(o.last),
               "find_lr: first and last are {} and {}; finite, above 0 and in this order", o.first,
               o.last);
  check<Error>(o.steps >= 2, "find_lr: steps is {}; it is at least 2", o.steps);
  check<Error>(o.smoothing >= 0 && o.smoothing < 1, "find_lr: smoothing is {}; it lies in [0, 1)",
               o.smoothing);
  check<Error>(o.diverged > 1, "find_lr: diverged is {}; it is above 1", o.diverged);
}

/// Puts both back where they were.
class Restored {
 public:
  Restored(nn::Module& model, Optimizer& optimizer)
      : model_(model),
        optimizer_(optimizer),
        values_(model.state_dict().clone()),
        state_(optimizer.state_dict().clone()) {}
  Restored(const Restored&) = delete;
  Restored& operator=(const Restored&) = delete;
  void now() {
    static_cast<void>(model_.load_state_dict(values_));
    optimizer_.load_state_dict(state_);
    optimizer_.zero_grad();
  }

 private:
  nn::Module& model_;
  Optimizer& optimizer_;
  StateDict values_;
  StateDict state_;
};

/// Where the slope over the logarithm of the rate is least.
std::optional<double> steepest(const std::vector<double>& lrs, const std::vector<double>& losses) {
  std::optional<double> best;
  double least = 0;
  for (std::size_t i = 1; i + 1 < losses.size(); ++i) {
    const double slope = losses[i + 1] - losses[i - 1];
    if (slope >= least || !std::isfinite(slope)) continue;
    least = slope;
    best = lrs[i];
  }
  return best;
}

FoundLr search(Optimizer& optimizer, const std::function<double()>& step, const FindLrOptions& o) {
  std::vector<double> ratios;
  for (std::size_t group = 0; group < optimizer.group_count(); ++group) {
    ratios.push_back(optimizer.lr(0) > 0 ? optimizer.lr(group) / optimizer.lr(0) : 1);
  }
  FoundLr found;
  std::vector<double> smoothed;
  double mean = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::int64_t i = 0; i < o.steps; ++i) {
    const double way = static_cast<double>(i) / static_cast<double>(o.steps - 1);
    const double lr = o.first * std::pow(o.last / o.first, way);
    for (std::size_t group = 0; group < ratios.size(); ++group) {
      optimizer.set_lr(lr * ratios[group], group);
    }
    const double loss = step();
    found.lrs.push_back(lr);
    found.losses.push_back(loss);
    mean = o.smoothing * mean + (1 - o.smoothing) * loss;
    // The mean began at 0.
    smoothed.push_back(mean / (1 - std::pow(o.smoothing, static_cast<double>(i + 1))));
    if (!std::isfinite(loss) || (smoothed.back() > o.diverged * least && least > 0)) break;
    least = std::min(least, smoothed.back());
  }
  found.suggestion = steepest(found.lrs, smoothed);
  return found;
}

}  // namespace

FoundLr find_lr(nn::Module& model, Optimizer& optimizer, const std::function<double()>& step,
                const FindLrOptions& options) {
  check_options(options);
  check<Error>(step != nullptr, "find_lr: the function that makes one of {} steps is empty",
               options.steps);
  check<Error>(!capturing(), "find_lr: its {} steps are none of a captured function",
               options.steps);
  Restored before(model, optimizer);
  try {
    FoundLr found = search(optimizer, step, options);
    before.now();
    return found;
  } catch (...) {
    before.now();
    throw;
  }
}

}  // namespace tapegrad::optim
