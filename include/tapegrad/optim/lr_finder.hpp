// find_lr: which learning rate to begin with.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "tapegrad/nn/module.hpp"
#include "tapegrad/optim/optimizer.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace optim {

struct FindLrOptions {
  double first = 1e-7;
  double last = 10;
  std::int64_t steps = 100;
  /// How much of the running mean of losses stays in the next, in [0, 1).
  double smoothing = 0.9;
  /// Ends where a smoothed loss is so many times the smallest one, or none.
  double diverged = 4;
};

struct FoundLr {
  std::vector<double> lrs;
  /// As `step` gave them; one for each rate, fewer than asked for where training diverged.
  std::vector<double> losses;
  /// Where the smoothed loss falls most steeply; nothing if it never falls.
  std::optional<double> suggestion;
};

/// Trains with learning rates that grow from `first` to `last` by one factor, and gives the losses:
///   const auto found = tg::optim::find_lr(model, sgd, [&] { return train_step(next_batch()); });
/// `step` makes one step of training and gives its loss. Other groups' rates keep their ratio to
/// that of the first. Model and optimizer are restored afterwards, also when `step` throws, and
/// gradients dropped; what else `step` changes, generators and schedulers, is its own business.
/// Throws Error unless 0 < first < last are finite, steps at least 2, smoothing in [0, 1) and
/// diverged above 1.
/// Source: Smith (2017), "Cyclical learning rates for training neural networks", section 3.3.
FoundLr find_lr(nn::Module& model, Optimizer& optimizer, const std::function<double()>& step,
                const FindLrOptions& options = {});

}  // namespace optim
}  // namespace tapegrad
