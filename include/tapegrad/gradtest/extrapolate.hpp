// Difference quotients extrapolated to a step of 0, and the noise of the values behind them.
// Numbers only: who evaluates a function, and where, is in ladder.hpp.
#pragma once

#include <cmath>
#include <cstddef>

namespace tapegrad::gradtest::detail {

/// What extrapolation to a step of 0 makes of difference quotients.
struct Extrapolated {
  double value = NAN;
  double truncation = INFINITY;
  double roundoff = 0;
  /// The finest and the coarsest step that the value was made from.
  double step = 0;
  double coarsest = INFINITY;
  double error() const { return truncation + roundoff; }
};

/// Difference quotients at steps that halve, and how far values of the function are off there.
/// What isn't `told` isn't known: at steps too small to change the function's rounded value.
/// Plain arrays here and elsewhere: a std::vector of one more type costs each test file some 0.08 s
/// of g++'s time.
struct Quotients {
  static constexpr std::size_t most = 56;
  double steps[most], values[most], noise[most];
  bool told[most];
  std::size_t count = 0;

  std::size_t size() const { return count; }
  std::size_t last() const { return count - 1; }
  void add(double step, double quotient, double off, bool tells) {
    steps[count] = step;
    values[count] = quotient;
    noise[count] = off;
    told[count++] = tells;
  }
};

/// A value between others, and how far adding the last of them moved it.
struct Interpolated {
  double value = NAN, error = INFINITY;
};

/// The polynomial through these values, at one place more, as Neville does it. Overwrites them.
inline Interpolated interpolated(const double* at, double* values, std::size_t count,
                                 double where) {
  double before = NAN;
  for (std::size_t j = 1; j < count; ++j) {
    before = values[0];
    for (std::size_t i = 0; i + j < count; ++i) {
      values[i] =
          ((where - at[i + j]) * values[i] + (at[i] - where) * values[i + 1]) / (at[i] - at[i + j]);
    }
  }
  return {values[0], std::fabs(values[0] - before)};
}

/// How far extrapolation to `value` from rungs down to k is off where quotients converge slower
/// than by powers of the step, as those of |x|^1.5 at 0: its distance from what Aitken's formula
/// makes of the last three. 0 where they converge as they should.
inline double slowness(const Quotients& q, std::size_t k, int order, double value) {
  if (k < 2 || !q.told[k - 1] || !q.told[k - 2]) return 0;
  const double now = q.values[k] - q.values[k - 1];
  const double ratio = now / (q.values[k - 1] - q.values[k - 2]);
  const double expected = order == 1 ? 0.5 : 0.25;
  if (!(ratio > 1.2 * expected && ratio < 0.95)) return 0;
  return std::fabs(value - (q.values[k] + now * ratio / (1 - ratio)));
}

/// The finest rung that tells something says how noisy values are, beside what is known: its noise
/// is larger than that of the others as its step is smaller.
inline void add_scatter(Extrapolated* best, std::size_t last) {
  while (last > 0 && !std::isfinite(best[last - 1].value)) --last;
  if (last == 0) return;
  const Extrapolated finest = best[last - 1];
  for (std::size_t k = 0; k + 1 < last; ++k) {
    const double apart = std::fabs(best[k].value - finest.value);
    if (std::isfinite(apart)) best[k].roundoff += 2 * apart * finest.step / best[k].step;
  }
}

/// Richardson's extrapolation, with the estimate of error of Ridders (1982), "Accurate computation
/// of F'(x) and F'(x)F''(x)", over all rungs at which a table can start and end. A value must
/// agree with those of all finer rungs, so that a table which converges to another slope at coarse
/// steps (a fast oscillation, a kink nearby) isn't believed. `order`: the power of the step by
/// which the error falls, 2 for central differences, 1 for those of one side. `finest` gets what
/// the last rung says by itself.
inline Extrapolated extrapolate(const Quotients& q, int order, double least_noise = 0,
                                Extrapolated* finest = nullptr) {
  constexpr std::size_t columns = 8;
  const std::size_t count = q.size();
  Extrapolated best[Quotients::most];
  double row[columns + 1], last[columns + 1];  // of the table, this rung's and the one's before
  std::size_t length = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t before = length;
    length = 0;
    if (std::isfinite(q.values[k]) && q.told[k]) {
      row[length++] = q.values[k];
      // Extrapolation doubles the roundoff of the finest step, or less.
      const double roundoff = 2 * std::fmax(q.noise[k], least_noise) / q.steps[k];
      best[k] = {q.values[k], INFINITY, roundoff, q.steps[k], q.steps[k]};
      double power = 1;
      for (std::size_t j = 0; j < before && j < columns; ++j) {
        power *= order == 1 ? 2 : 4;
        const double finer = row[j] + (row[j] - last[j]) / (power - 1);
        const double nearby = std::fmax(std::fabs(finer - row[j]), std::fabs(finer - last[j]));
        const double off = std::fmax(nearby, slowness(q, k, order, finer));
        row[length++] = finer;
        if (off < best[k].truncation)
          best[k] = {finer, off, roundoff, q.steps[k], q.steps[k - j - 1]};
      }
    }
    for (std::size_t j = 0; j < length; ++j) last[j] = row[j];
  }
  if (finest && count > 0) *finest = best[count - 1];
  add_scatter(best, count);
  Extrapolated chosen;
  for (std::size_t k = 0; k < count; ++k) {
    if (!(best[k].error() < chosen.error())) continue;
    bool agrees = true;
    for (std::size_t finer = k + 1; finer < count && agrees; ++finer) {
      const double allowed = 4 * (best[k].error() + best[finer].error());
      agrees = !(std::fabs(best[k].value - best[finer].value) > allowed);
    }
    if (agrees) chosen = best[k];
  }
  return chosen;
}

/// How far values at finer steps than a slope was made from are off from it.
inline double scatter(const Quotients& q, const Extrapolated& slope) {
  double most = 0;
  for (std::size_t k = 0; k < q.size(); ++k) {
    if (q.steps[k] < slope.step && q.told[k])
      most = std::fmax(most, std::fabs(q.values[k] - slope.value) * q.steps[k]);
  }
  return most;
}

/// How far values are off that were rounded on their way, as (1e6 + x) - 1e6 is: from rung `first`
/// on quotients go up and down by multiples of one number, divided by their step. 0 where they
/// don't.
inline double rounded_by(const Quotients& q, std::size_t first) {
  const auto jump = [&](std::size_t k) { return (q.values[k] - q.values[k - 1]) * q.steps[k]; };
  double largest = 0, unit = INFINITY;
  for (std::size_t k = first; k < q.size(); ++k) largest = std::fmax(largest, std::fabs(jump(k)));
  const auto is_none = [&](std::size_t k) {
    return std::fabs(jump(k)) <= std::fmax(16 * q.noise[k], 0.02 * largest);
  };
  for (std::size_t k = first; k < q.size(); ++k) {
    if (!is_none(k)) unit = std::fmin(unit, std::fabs(jump(k)));
  }
  int jumps = 0, turns = 0;
  double before = 0;
  for (std::size_t k = first; k < q.size(); ++k) {
    if (is_none(k)) continue;
    const double ratio = jump(k) / unit;
    if (!(std::fabs(ratio) < 16.5 && std::fabs(ratio - std::round(ratio)) < 0.02)) return 0;
    ++jumps;
    turns += ratio * before < 0;
    before = ratio;
  }
  return jumps >= 3 && turns >= 2 ? 2 * unit : 0;
}

/// The same from any rung on; those before may still be curved.
inline double rounded_by(const Quotients& q) {
  double most = 0;
  for (std::size_t first = 4; first + 4 <= q.size() && most == 0; ++first)
    most = rounded_by(q, first);
  return most;
}

/// The noise of a function from its values at equal, small distances: in a table of differences the
/// function fades with each order, its noise doesn't. Source: Moré & Wild (2011), "Estimating
/// computational noise". 0 where the table doesn't tell. Overwrites the values.
inline double noise_of(double* values, std::size_t count) {
  constexpr std::size_t orders = 6;
  double level[orders + 1] = {};
  bool changes_sign[orders + 1] = {};
  double gamma = 1;
  for (std::size_t k = 1; k <= orders; ++k) {
    double squares = 0;
    double sign = 0;  // of the last difference that isn't 0
    for (std::size_t i = 0; i + k < count; ++i) {
      const double difference = values[i + 1] - values[i];
      values[i] = difference;
      squares += difference * difference;
      changes_sign[k] = changes_sign[k] || difference * sign < 0;
      if (difference != 0) sign = difference > 0 ? 1 : -1;
    }
    const auto order = static_cast<double>(k);
    gamma *= 0.5 * order / (2 * order - 1);
    level[k] = std::sqrt(gamma * squares / static_cast<double>(count - k));
  }
  for (std::size_t k = 1; k + 2 <= orders; ++k) {
    const double most = std::fmax(level[k], std::fmax(level[k + 1], level[k + 2]));
    const double least = std::fmin(level[k], std::fmin(level[k + 1], level[k + 2]));
    if (changes_sign[k] && most <= 4 * least) return level[k];
  }
  return 0 * level[1];  // NaN where a value is
}

}  // namespace tapegrad::gradtest::detail
