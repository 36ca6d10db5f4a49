#include "tapegrad/optim/cycles.hpp"

#include <array>
#include <cmath>
#include <numbers>

#include "core/check.hpp"
#include "optim/options.hpp"

namespace tapegrad::optim {
namespace {

void check_all(std::string_view curve, std::string_view option, const PerGroup& numbers) {
  check<Error>(!numbers.values().empty(), "{}: {} has 0 numbers; give one, or one for each group",
               curve, option);
  for (const double value : numbers.values()) check_not_negative(curve, option, value);
}

/// Who forgets it would train with a rate of 0.
void check_max_lr(std::string_view curve, const PerGroup& rates) {
  check_all(curve, "max_lr", rates);
  for (const double lr : rates.values()) {
    check<Error>(lr > 0, "{}: max_lr is {}; it is above 0", curve, lr);
  }
}

void check_momentum(std::string_view curve, const PerGroup& base, const PerGroup& most) {
  check_all(curve, "base_momentum", base);
  check_all(curve, "max_momentum", most);
}

double between(Anneal strategy, double start, double end, double part) {
  if (strategy == Anneal::linear) return (end - start) * part + start;
  return end + (start - end) / 2 * (std::cos(std::numbers::pi * part) + 1);
}

}  // namespace

void OneCycleLR::validate() const {
  constexpr std::string_view name = "OneCycleLR";
  check_max_lr(name, max_lr);
  check<Error>(total_steps >= 1, "OneCycleLR: total_steps is {}; it is at least 1", total_steps);
  check<Error>(pct_start >= 0 && pct_start <= 1, "OneCycleLR: pct_start is {}; it lies in [0, 1]",
               pct_start);
  for (const double factor : {div_factor, final_div_factor}) {
    check<Error>(std::isfinite(factor) && factor > 0,
                 "OneCycleLR: div_factor and final_div_factor are {} and {}; they are above 0",
                 div_factor, final_div_factor);
  }
  check_momentum(name, base_momentum, max_momentum);
}

Rate OneCycleLR::at(double, std::int64_t t, std::size_t group) const {
  check<Error>(t <= total_steps, "OneCycleLR: step {} of {}; total_steps says how many there are",
               t, total_steps);
  const double most = max_lr[group];
  const double first = most / div_factor;
  const double last = first / final_div_factor;
  const double base_m = base_momentum[group];
  const double max_m = max_momentum[group];
  struct Phase {
    double end;  // its last step
    double lr_before, lr_behind, momentum_before, momentum_behind;
  };
  const double up = pct_start * static_cast<double>(total_steps);
  const auto behind = static_cast<double>(total_steps - 1);
  // Two phases are three of which the second has no steps.
  const std::array<Phase, 3> phases =
      three_phase ? std::array<Phase, 3>{{{up - 1, first, most, max_m, base_m},
                                          {2 * up - 2, most, first, base_m, max_m},
                                          {behind, first, last, max_m, max_m}}}
                  : std::array<Phase, 3>{{{up - 1, first, most, max_m, base_m},
                                          {up - 1, most, most, base_m, base_m},
                                          {behind, most, last, base_m, max_m}}};
  double begin = 0;
  std::size_t i = 0;
  const auto now = static_cast<double>(t);
  for (; i < 2 && now > phases[i].end; ++i) begin = phases[i].end;
  const Phase& phase = phases[i];
  const double part = (now - begin) / (phase.end - begin);
  Rate rate{between(anneal_strategy, phase.lr_before, phase.lr_behind, part)};
  if (cycle_momentum) {
    rate.momentum = between(anneal_strategy, phase.momentum_before, phase.momentum_behind, part);
  }
  return rate;
}

void CyclicLR::validate() const {
  constexpr std::string_view name = "CyclicLR";
  check_all(name, "base_lr", base_lr);
  check_max_lr(name, max_lr);
  check<Error>(
      step_size_up >= 1 && step_size_down >= 0,
      "CyclicLR: step_size_up and step_size_down are {} and {}; at least 1, and at least 0",
      step_size_up, step_size_down);
  check_not_negative(name, "gamma", gamma);
  check_momentum(name, base_momentum, max_momentum);
}

Rate CyclicLR::at(double, std::int64_t t, std::size_t group) const {
  const auto up = static_cast<double>(step_size_up);
  const double whole = up + (step_size_down > 0 ? static_cast<double>(step_size_down) : up);
  const auto step = static_cast<double>(t);
  const double cycle = std::floor(1 + step / whole);
  const double place = 1 + step / whole - cycle;
  const double top = up / whole;
  const double height = place <= top ? place / top : (place - 1) / (top - 1);
  double scale = 1;
  if (scale_fn) {
    scale = scale_fn(scale_by_step ? step : cycle);
  } else if (mode == CycleMode::triangular2) {
    scale = std::exp2(1 - cycle);
  } else if (mode == CycleMode::exp_range) {
    scale = std::pow(gamma, step);
  }
  Rate rate{base_lr[group] + (max_lr[group] - base_lr[group]) * height * scale};
  if (cycle_momentum) {
    const double most = max_momentum[group];
    rate.momentum = most - (most - base_momentum[group]) * height * scale;
  }
  return rate;
}

}  // namespace tapegrad::optim
