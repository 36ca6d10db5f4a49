// Curves that take the momentum along: it falls while the learning rate rises. They have rates of
// their own and don't look at the base rate.
#pragma once

#include <cstdint>
#include <functional>

#include "tapegrad/optim/scheduler.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace optim {

/// How one goes from one rate to another.
enum class Anneal { cos, linear };

/// PyTorch's one cycle: from max_lr / div_factor up to max_lr, which is reached after pct_start of
/// the steps, and down to max_lr / div_factor / final_div_factor; with three_phase down to where it
/// began in as many steps as up, and then on. max_lr is above 0, and it and total_steps must be
/// given. Throws Error for a step beyond total_steps. Source: Smith & Topin (2019),
/// "Super-convergence: very fast training of neural networks using large learning rates".
struct OneCycleLR {
  PerGroup max_lr = 0.0;
  std::int64_t total_steps = 0;
  double pct_start = 0.3;
  Anneal anneal_strategy = Anneal::cos;
  bool cycle_momentum = true;
  PerGroup base_momentum = 0.85;
  PerGroup max_momentum = 0.95;
  double div_factor = 25;
  double final_div_factor = 1e4;
  bool three_phase = false;
  void validate() const;
  Rate at(double base, std::int64_t t, std::size_t group) const;
};

/// What the height of a cycle becomes: it stays; it is halved each time; gamma^t of it.
enum class CycleMode { triangular, triangular2, exp_range };

/// PyTorch's cycles: in step_size_up steps from base_lr to max_lr, and back in step_size_down, or
/// as many if that is 0. Both rates must be given, max_lr is above 0. scale_fn, in the place of a
/// mode, is given the number of the cycle, 1 at first, or that of the step if scale_by_step.
/// Source: Smith (2017), "Cyclical learning rates for training neural networks".
struct CyclicLR {
  PerGroup base_lr = 0.0;
  PerGroup max_lr = 0.0;
  std::int64_t step_size_up = 2000;
  std::int64_t step_size_down = 0;
  CycleMode mode = CycleMode::triangular;
  double gamma = 1;
  std::function<double(double)> scale_fn = {};
  bool scale_by_step = false;
  bool cycle_momentum = true;
  PerGroup base_momentum = 0.8;
  PerGroup max_momentum = 0.9;
  void validate() const;
  Rate at(double base, std::int64_t t, std::size_t group) const;
};

}  // namespace optim
}  // namespace tapegrad
