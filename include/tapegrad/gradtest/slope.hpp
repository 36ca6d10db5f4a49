// The slope of a function along a line, with its uncertainty. Knows nothing of gradients, points or
// reports.
#pragma once

#include <cfloat>
#include <cmath>
#include <cstddef>
#include <vector>

#include "tapegrad/gradtest/ladder.hpp"

namespace tapegrad::gradtest {

/// How a function behaves around a point, along a line.
enum class Behaviour {
  smooth,     ///< one slope
  kink,       ///< another slope above than below
  edge,       ///< defined on one side only: the slope of that side
  jump,       ///< another value above than below
  unbounded,  ///< slopes grow without end as steps shrink
  undefined   ///< not finite at the point, or on both sides of it
};

/// A slope that was measured. The truth is expected within value ± error.
struct Slope {
  double value = NAN;
  double error = INFINITY;
  Behaviour behaviour = Behaviour::undefined;
  /// The slopes of both sides at a kink; NaN elsewhere.
  double below = NAN;
  double above = NAN;
  /// The finest step that the value was made from.
  double step = 0;
  /// How far a value of the function is off by what it adds itself, besides roundoff.
  double noise = 0;
  /// The steepest that the function is over the steps that the value was made from, and finer ones.
  double steepest = 0;
  /// No value that was seen differs from that at the point.
  bool constant = false;
};

namespace detail {

/// Values on one side keep a distance from the centre's however small the step is.
inline bool jumps(const Quotients& q, double noise) {
  constexpr std::size_t last = 8;
  if (q.size() < last) return false;
  const std::size_t end = q.size() - 1;
  const std::size_t begin = q.size() - last;
  const double fine = q.values[end] * q.steps[end];
  const double coarse = q.values[begin] * q.steps[begin];
  return std::fabs(fine) > 100 * std::fmax(q.noise[end], noise) &&
         std::fabs(fine - coarse) < 0.1 * std::fabs(fine);
}

/// Slopes on one side grow steadily as the step shrinks.
inline bool grows(const Quotients& q, double noise) {
  constexpr std::size_t last = 10;
  if (q.size() < last) return false;
  if (!(std::fabs(q.values.back()) > 1.5 * std::fabs(q.values[q.size() - last]))) return false;
  for (std::size_t k = q.size() - last + 2; k < q.size(); ++k) {
    const double now = q.values[k] - q.values[k - 1];
    const double before = q.values[k - 1] - q.values[k - 2];
    if (!(now * before > 0 && std::fabs(now) >= 0.9 * std::fabs(before))) return false;
    if (!(std::fabs(now) > 4 * std::fmax(q.noise[k], noise) / q.steps[k])) return false;
  }
  return true;
}

inline bool finite_at_the_end(const Quotients& q) {
  std::size_t finite = 0;
  for (std::size_t k = q.size() - q.size() / 4; k < q.size(); ++k)
    finite += std::isfinite(q.values[k]);
  return finite > 0;
}

/// The steepest quotient at steps up to `step`.
inline double steepest(const Quotients& q, double step) {
  double most = 0;
  for (std::size_t k = 0; k < q.size(); ++k) {
    if (std::isfinite(q.values[k]) && q.steps[k] <= step) {
      most = std::fmax(most, std::fabs(q.values[k]));
    }
  }
  return most;
}

/// How exact a slope can be at all, beside the steepest quotients that it was made from.
inline constexpr double finest_share = 16 * DBL_EPSILON;

inline Slope as_slope(const Extrapolated& e, Behaviour behaviour, double noise) {
  Slope s;
  s.value = e.value;
  s.error = e.error();
  s.step = e.step;
  s.behaviour = behaviour;
  s.noise = noise;
  return s;
}

inline Slope as_slope(const Extrapolated& e, const Quotients& central, double noise) {
  Slope s = as_slope(e, Behaviour::smooth, noise);
  s.steepest = steepest(central, e.step);
  s.error += finest_share * steepest(central, INFINITY);
  return s;
}

/// What a whole ladder tells of an output, whose values are off by `noise`.
inline Slope judge(const Ladder& ladder, std::size_t output, double noise) {
  const Quotients above = ladder.above(output);
  const Quotients below = ladder.below(output);
  const bool up = finite_at_the_end(above);
  const bool down = finite_at_the_end(below);
  if (!up && !down) return {};
  if (!up || !down) {
    const Quotients& side = up ? above : below;
    if (grows(side, noise)) return as_slope({}, Behaviour::unbounded, noise);
    return as_slope(extrapolate(side, 1, noise), Behaviour::edge, noise);
  }
  if (jumps(above, noise) || jumps(below, noise)) return as_slope({}, Behaviour::jump, noise);
  if (grows(above, noise) || grows(below, noise)) {
    return as_slope({}, Behaviour::unbounded, noise);
  }
  const Quotients central = ladder.central(output);
  Slope slope = as_slope(extrapolate(central, 2, noise), central, noise);
  const Extrapolated a = extrapolate(above, 1, 2 * noise);
  const Extrapolated b = extrapolate(below, 1, 2 * noise);
  const double gap = std::fabs(a.value - b.value);
  const double larger = std::fmax(std::fabs(a.value), std::fabs(b.value));
  if (gap > 4 * (a.error() + b.error()) && gap > 1e-7 * larger) {
    slope.behaviour = Behaviour::kink;
    slope.above = a.value;
    slope.below = b.value;
    slope.error = std::fmax(slope.error, std::fmax(a.error(), b.error()));
  }
  return slope;
}

/// Known as well as this ladder can tell, and well enough; the finest rung says the same.
inline bool is_settled(const Extrapolated& e, const Extrapolated& finest) {
  const double size = std::fabs(e.value);
  const double apart = std::fabs(e.value - finest.value);
  if (!(apart <= 1e-6 * size + 4 * (e.roundoff + finest.roundoff))) return false;
  if (e.truncation <= 1e-12 * size && e.roundoff <= 1e-9 * size) return true;
  return e.truncation <= e.roundoff && (size == 0 || e.roundoff <= 1e-7 * size);
}

/// Some slope that seemed known isn't, with this noise of the function's values.
inline bool is_noisy(const std::vector<double>& noise, const std::vector<Extrapolated>& found) {
  for (std::size_t o = 0; o < found.size(); ++o) {
    if (2 * noise[o] / found[o].step > 1e-7 * std::fabs(found[o].value) + 2 * found[o].roundoff)
      return true;
  }
  return false;
}

/// Measures with one ladder. True if all outputs are smooth and known well.
inline bool climb(Ladder& ladder, std::vector<Slope>& slopes) {
  std::vector<Extrapolated> found(slopes.size());
  while (ladder.size() < Ladder::length) {
    ladder.climb();
    if (ladder.size() < 5) continue;
    bool settled = true;
    for (std::size_t o = 0; o < found.size() && settled; ++o) {
      Extrapolated finest;
      found[o] = extrapolate(ladder.central(o), 2, 0, &finest);
      settled = is_settled(found[o], finest);
    }
    if (!settled) continue;
    ladder.look_ahead();
    for (std::size_t o = 0; o < found.size() && settled; ++o) {
      settled = ladder.confirms(o, found[o]);
    }
    if (!settled) continue;
    // Values that are rounded to float, say, stop changing at fine steps, as smoothly as can be.
    if (ladder.size() > 10 && is_noisy(ladder.noise(), found)) continue;
    for (std::size_t o = 0; o < found.size(); ++o) {
      slopes[o] = as_slope(found[o], ladder.central(o), 0);
    }
    return true;
  }
  const std::vector<double>& noise = ladder.noise();
  for (std::size_t o = 0; o < slopes.size(); ++o) slopes[o] = judge(ladder, o, noise[o]);
  return false;
}

/// More steps would tell nothing new.
inline bool is_final(const Slope& s) {
  if (s.behaviour == Behaviour::kink || s.behaviour == Behaviour::jump) return true;
  return s.error <= 1e-9 * std::fabs(s.value);
}

}  // namespace detail

/// The slope at t = 0 of each output.
///   Steps start at a quarter of the magnitude, then of 1, and halve until each output is known to
///   some 1e-12 and its behaviour at far smaller steps fits; else to the end of the ladders, whose
///   whole course tells kinks, jumps, edges and noise. A smooth function takes some 15 evaluations,
///   a hard one some 100 for each start, of which there are at most two.
inline std::vector<Slope> measure(Line& line, const LineScale& scale = {}) {
  std::vector<double> centre(line.outputs(), static_cast<double>(NAN));
  line.at(0, centre.data());
  std::vector<double> starts;
  const double magnitude = std::fabs(scale.magnitude);
  const bool is_known = magnitude > 0 && std::isfinite(magnitude);
  const double own = is_known ? detail::power_of_two(magnitude) / 4 : 0;
  const double usual = detail::power_of_two(scale.unit) / 4;
  if (is_known) starts.push_back(own);
  if (!(own >= usual && own <= 4 * usual)) starts.push_back(usual);
  if (!is_known) starts.push_back(std::ldexp(usual, -28));
  std::vector<Slope> slopes(line.outputs());
  std::vector<bool> constant(slopes.size(), true);
  for (std::size_t i = 0; i < starts.size(); ++i) {
    detail::Ladder ladder(line, scale, centre, starts[i]);
    std::vector<Slope> found(slopes.size());
    const bool settled = detail::climb(ladder, found);
    const bool is_last = i + 1 == starts.size();
    bool done = true;
    for (std::size_t o = 0; o < slopes.size(); ++o) {
      // Equal values may be all that rounding leaves of a function: other steps may tell more.
      const bool tells = !ladder.is_constant(o);
      constant[o] = constant[o] && !tells;
      const bool is_first = slopes[o].behaviour == Behaviour::undefined;
      const bool adopts =
          tells ? is_first || found[o].error < slopes[o].error : is_last && is_first;
      if (adopts) slopes[o] = found[o];
      done = done && ((settled && tells) || detail::is_final(slopes[o]));
    }
    if (done) break;
  }
  for (std::size_t o = 0; o < slopes.size(); ++o) {
    slopes[o].constant = constant[o] && slopes[o].behaviour == Behaviour::smooth;
  }
  return slopes;
}

}  // namespace tapegrad::gradtest
