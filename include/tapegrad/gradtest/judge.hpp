// What a whole ladder tells of a slope: a kink, a jump, an edge, no end, or a number. Where ladders
// start, and what two of them tell together, is in measure.hpp.
#pragma once

#include <cmath>
#include <cstddef>

#include "tapegrad/gradtest/ladder.hpp"
#include "tapegrad/gradtest/slope.hpp"

namespace tapegrad::gradtest::detail {

/// Values on one side keep a distance from the centre's however small the step is, down to where
/// the last bit of x may make as much.
inline bool jumps(const Quotients& q, double noise) {
  constexpr std::size_t last = 8;
  const auto gap = [&](std::size_t k) { return q.values[k] * q.steps[k]; };
  std::size_t end = q.size();
  while (end > 0 && !(std::fabs(gap(end - 1)) > 100 * std::fmax(q.noise[end - 1], noise))) --end;
  if (end < last || end + last < q.size()) return false;
  return std::fabs(gap(end - 1) - gap(end - last)) < 0.1 * std::fabs(gap(end - 1));
}

/// Slopes on one side grow steadily as the step shrinks.
inline bool grows(const Quotients& q, double noise) {
  constexpr std::size_t last = 10;
  if (q.size() < last) return false;
  if (!(std::fabs(q.values[q.last()]) > 1.5 * std::fabs(q.values[q.size() - last]))) return false;
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

/// The part of a slope up to which it is known well: half of the digits that values have, or 7.
inline double well_known(double precision) { return std::fmax(1e-7, std::sqrt(precision)); }

inline Slope as_slope(const Extrapolated& e, Behaviour behaviour, double noise) {
  Slope s;
  s.value = e.value;
  s.error = e.error();
  s.step = e.step;
  s.behaviour = behaviour;
  s.noise = noise;
  return s;
}

/// A slope of both sides, or at an edge of one, beside what the function does around.
inline Slope known_slope(const Extrapolated& e, Behaviour behaviour, Ladder& ladder,
                         std::size_t output, double noise) {
  Slope s = as_slope(e, behaviour, noise);
  // A slope of exactly 0 belongs to a flat part, whose size coarse steps show.
  s.steepest = ladder.steepest(output, e.value == 0 ? INFINITY : e.step);
  s.steepest_around = ladder.steepest(output, INFINITY);
  // No slope is more exact than that, beside the steepest quotients that it was made from.
  s.error += 16 * ladder.precision() * ladder.steepest_central(output, e.coarsest);
  const double flat = e.value == 0 ? ladder.flat_up_to(output) : 0;
  if (flat > 0) {
    s.flat = true;
    s.error = std::fmax(s.error, ladder.hidden(output) / flat);
  }
  return s;
}

/// Values go as far from that at the point at the finest steps as at coarse ones: they look random.
inline bool is_rough(const Ladder& ladder, std::size_t output) {
  constexpr std::size_t last = 4;
  if (ladder.size() <= 2 * last) return false;
  return ladder.range(output, ladder.size() - last) > 0.25 * ladder.range(output);
}

/// Where the last bit of what is varied ends a ladder, what looks like noise may be an oscillation
/// that no step resolves, unless it is a small part of all that the function does.
inline bool may_oscillate(const Ladder& ladder, std::size_t output, double noise) {
  return ladder.ends_at_last_bit() && noise > 16 * ladder.rounding(output) &&
         noise > 1e-3 * ladder.range(output);
}

/// Quotients at finer steps than a slope was made from that contradict it: the finest of them, or
/// NaN where there is none. A smooth function bends less there.
inline double contradicted_by(const Quotients& q, const Slope& slope, double noise) {
  double bend = 0;
  for (std::size_t k = 0; k < q.size(); ++k) {
    if (q.steps[k] == slope.step) bend = std::fabs(q.values[k] - slope.value);
  }
  for (std::size_t k = q.size(); k-- > 0 && q.steps[k] < slope.step;) {
    const double off = 2 * std::fmax(noise, q.noise[k]) / q.steps[k];
    const double apart = std::fabs(q.values[k] - slope.value);
    if (q.told[k] && apart > 4 * (slope.error + off) + bend) return q.values[k];
  }
  return nan;
}

/// The slopes of both sides differ, and so do their own quotients at finer steps, as far as those
/// can tell beside `noise`: not only what was made of them. `strictly`: some of these must tell.
inline bool is_kink(const Quotients& above, const Extrapolated& a, const Quotients& below,
                    const Extrapolated& b, double noise, bool strictly) {
  const double gap = a.value - b.value;
  const double larger = std::fmax(std::fabs(a.value), std::fabs(b.value));
  if (!(std::fabs(gap) > 4 * (a.error() + b.error()) && std::fabs(gap) > 1e-7 * larger))
    return false;
  const double from = std::fmax(a.step, b.step);
  bool told = !strictly;
  for (std::size_t k = 0; k < above.size(); ++k) {
    const double off = 4 * std::fmax(noise, above.noise[k] + below.noise[k]) / above.steps[k];
    if (above.steps[k] > from || !(off < 0.1 * std::fabs(gap))) continue;
    const double seen = above.values[k] - below.values[k];
    if (!(std::fabs(seen - gap) < 0.5 * std::fabs(gap))) return false;
    told = true;
  }
  return told;
}

/// What looks like noise at some distance is noise if it does at the last bit of what is varied,
/// too, or if values are rounded, and jump. A fast oscillation fades nearer to x, and nowhere
/// jumps.
inline bool is_noise(Ladder& ladder, std::size_t output, double noise, const Extrapolated& fine) {
  return ladder.is_uneven_at_last_bit(output, noise) || ladder.jump_at_edge(output) > noise / 64 ||
         ladder.jump_off(output, fine.value, noise).size > 0;
}

/// What values between the steps are off by. Where only those beyond are off, values may be
/// rounded, and jump by little; or there is another piece of the function.
inline double off_at(Ladder& ladder, std::size_t output, const Extrapolated& fine) {
  const double off = ladder.off_between(output), beyond = ladder.off_beyond(output);
  if (off > 0 || beyond == 0) return off;
  const Ladder::Jump jump = ladder.jump_off(output, fine.value, beyond);
  return jump.size > 0 && jump.size <= jump.before ? beyond : 0;
}

/// No more than rounding of the values that a slope was made from, or what they are multiples of.
inline bool is_rounding(const Ladder& ladder, std::size_t output, double noise, double step) {
  const Quotients q = ladder.central(output);
  std::size_t k = q.last();
  while (k > 0 && q.steps[k] < step) --k;
  return noise <= 16 * q.noise[k] || ladder.quantum_of(output) > 0;
}

/// How steep finer quotients are beside a slope that was found beside noise, where that doesn't
/// explain it, nor the function's own bends, which fade with the step.
inline double steepest_ripple(const Quotients& above, const Quotients& below, const Slope& slope) {
  double most = 0, odd_bend = 0, even_bend = 0;
  for (std::size_t k = 0; k < above.size(); ++k) {
    const double step = above.steps[k];
    const double odd = std::fabs(0.5 * (above.values[k] + below.values[k]) - slope.value);
    const double even = 0.5 * std::fabs(above.values[k] - below.values[k]);
    const double off = 1.5 * std::fmax(slope.noise, above.noise[k] / 2) / step;
    if (step > 4 * slope.step) continue;
    if (step >= slope.step) {
      odd_bend = std::fmax(odd_bend, 1.25 * odd / step);
      even_bend = std::fmax(even_bend, 1.25 * even / step);
    } else if (above.told[k] &&
               (odd > slope.error + off + odd_bend * step || even > 2 * off + even_bend * step)) {
      most = std::fmax(most, odd + even);
    }
  }
  return most;
}

inline Slope unresolved(const Slope& coarse, double fine) {
  Slope s = coarse;
  s.behaviour = Behaviour::unresolved;
  s.below = coarse.value;
  s.above = fine;
  s.error = INFINITY;
  return s;
}

/// The slope of both sides, where each by itself tells it better than both together: where the
/// function is bent otherwise on each, as max(x, 0)² is at 0.
inline Slope of_sides(const Slope& central, const Extrapolated& above, const Extrapolated& below) {
  Slope s = central;
  s.value = 0.5 * (above.value + below.value);
  s.error = above.error() + below.error() + 0.5 * std::fabs(above.value - below.value);
  s.step = std::fmin(above.step, below.step);
  return s;
}

/// A slope that was found beside noise, or the one that fine steps show, if these resolve what
/// looked like noise at others; unresolved where they contradict it, and it isn't noise.
inline Slope told_from_ripple(Ladder& ladder, std::size_t output, Slope slope) {
  const Quotients q = ladder.central(output);
  const Extrapolated fine = extrapolate(q, 2);
  const double apart = std::fabs(fine.value - slope.value);
  if (apart <= well_known(ladder.precision()) * std::fabs(slope.value)) {
    slope.error = std::fmax(slope.error, apart);  // noise or not, it is the same slope
    return slope;
  }
  const bool agrees = apart <= 4 * (fine.error() + slope.error);
  if (fine.step <= 1024 * q.steps[q.last()] && agrees && fine.error() <= slope.error)
    return known_slope(fine, Behaviour::smooth, ladder, output, 0);
  return is_noise(ladder, output, slope.noise, fine) ? slope : unresolved(slope, fine.value);
}

/// What a whole ladder tells of an output that goes on to both sides, whose values are off by
/// `noise`.
inline Slope judge_both(Ladder& ladder, std::size_t output, double noise, const Quotients& above,
                        const Quotients& below) {
  const Quotients central = ladder.central(output);
  Slope slope =
      known_slope(extrapolate(central, 2, noise), Behaviour::smooth, ladder, output, noise);
  // Nearer than some step nothing changes: what may hide there is in the error.
  if (slope.flat) return slope;
  if (ladder.is_coarse(output)) return unresolved(slope, 0);
  if (may_oscillate(ladder, output, noise)) return unresolved(slope, NAN);
  if (noise > 0 && !is_rounding(ladder, output, noise, slope.step))
    slope = told_from_ripple(ladder, output, slope);
  if (slope.behaviour == Behaviour::unresolved) return slope;
  const double left = slope.noise;
  if (is_rough(ladder, output) || left > 0.25 * ladder.range(output)) return unresolved(slope, NAN);
  const double other = contradicted_by(central, slope, noise);
  if (!std::isnan(other)) return unresolved(slope, other);
  const Extrapolated a = extrapolate(above, 1, 2 * left);
  const Extrapolated b = extrapolate(below, 1, 2 * left);
  if (is_kink(above, a, below, b, left, ladder.ends_at_last_bit())) {
    slope.behaviour = Behaviour::kink;
    slope.above = a.value;
    slope.below = b.value;
    slope.error = std::fmax(a.error(), b.error());
  } else if (a.error() + b.error() < slope.error) {
    slope = of_sides(slope, a, b);
  }
  if (slope.behaviour == Behaviour::smooth) slope.ripple = steepest_ripple(above, below, slope);
  return slope;
}

/// The same of any output: one side may end, or values jump.
inline Slope judge(Ladder& ladder, std::size_t output, double noise) {
  const Quotients above = ladder.above(output);
  const Quotients below = ladder.below(output);
  const bool up = finite_at_the_end(above);
  const bool down = finite_at_the_end(below);
  if (!up && !down) return {};
  if (!up || !down) {
    const Quotients& side = up ? above : below;
    if (grows(side, noise)) return as_slope({}, Behaviour::unbounded, noise);
    return known_slope(extrapolate(side, 1, noise), Behaviour::edge, ladder, output, noise);
  }
  if (jumps(above, noise) || jumps(below, noise)) return as_slope({}, Behaviour::jump, noise);
  if (grows(above, noise) || grows(below, noise)) return as_slope({}, Behaviour::unbounded, noise);
  return judge_both(ladder, output, noise, above, below);
}

/// Whether one side goes on far nearer to x as it seems to at the finest steps: keeps its distance
/// from the centre, or grows by as much with each halving.
inline bool goes_on(const Quotients& q, double ahead, double step, double noise, Behaviour as) {
  const double now = q.values[q.last()];
  if (as == Behaviour::jump) {
    const double gap = now * q.steps[q.last()];
    return jumps(q, noise) && std::fabs(ahead * step - gap) < 0.5 * std::fabs(gap);
  }
  const double growth = std::fabs(now - q.values[q.last() - 1]);
  const double off = 2 * std::fmax(q.noise[q.last()], noise) / step;
  return grows(q, noise) && std::fabs(ahead - now) > 6 * growth - off;
}

/// No number, but where f jumps or its slope grows only as far as the finest steps, another word.
inline Slope seen_nearer(const Ladder& ladder, std::size_t output, const Slope& seen,
                         double noise) {
  const auto side = [&](const Quotients& q, bool up) {
    const double ahead = ladder.ahead(output, up);
    return std::isfinite(ahead) && goes_on(q, ahead, ladder.ahead_step(), noise, seen.behaviour);
  };
  if (side(ladder.above(output), true) || side(ladder.below(output), false)) return seen;
  return unresolved({}, nan);
}

}  // namespace tapegrad::gradtest::detail
