// Measures the slope of a function along a line, with its uncertainty. Knows nothing of gradients,
// points or reports.
#pragma once

#include <cfloat>
#include <cmath>
#include <cstddef>
#include <vector>

#include "tapegrad/gradtest/ladder.hpp"
#include "tapegrad/gradtest/row.hpp"
#include "tapegrad/gradtest/slope.hpp"

namespace tapegrad::gradtest {

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

inline Slope as_slope(const Extrapolated& e, Behaviour behaviour, double noise) {
  Slope s;
  s.value = e.value;
  s.error = e.error();
  s.step = e.step;
  s.behaviour = behaviour;
  s.noise = noise;
  return s;
}

inline Slope smooth_slope(const Extrapolated& e, const Ladder& ladder, std::size_t output,
                          double noise) {
  Slope s = as_slope(e, Behaviour::smooth, noise);
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
  return ladder.ends_at_last_bit() && noise > 1e-3 * ladder.range(output);
}

/// Where the last bit of what is varied ends a ladder, the quotient at the last step contradicts
/// the slope: there was no more room to see the function as it is at x.
inline bool is_cut_short(const Ladder& ladder, std::size_t output, const Slope& slope,
                         double noise) {
  if (!ladder.ends_at_last_bit() || ladder.size() == 0) return false;
  const Quotients q = ladder.central(output);
  const double off = 2 * std::fmax(noise, q.noise[q.last()]) / q.steps[q.last()];
  return std::fabs(q.values[q.last()] - slope.value) > 4 * (slope.error + off);
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

/// Whether what looks like noise at some distances is a fast oscillation that fine steps resolve:
/// quotients come to another slope there, and come to it smoothly, unlike those of rounded values.
inline bool is_resolved_below(const Quotients& q, const Extrapolated& fine, double coarse) {
  const double apart = std::fabs(fine.value - coarse);
  if (!(fine.error() < 1e-3 * apart && fine.step >= 4 * q.steps[q.last()])) return false;
  for (std::size_t k = q.size(); k-- > 1;) {
    if (!(std::fabs(q.values[k - 1] - fine.value) > 0.5 * apart)) continue;
    return std::fabs(q.values[k] - fine.value) > 0.02 * apart;
  }
  return false;
}

inline Slope unresolved(const Slope& coarse, double fine) {
  Slope s = coarse;
  s.behaviour = Behaviour::unresolved;
  s.below = coarse.value;
  s.above = fine;
  s.error = INFINITY;
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
  Slope slope = smooth_slope(extrapolate(ladder.central(output), 2, noise), ladder, output, noise);
  if (is_rough(ladder, output) || noise > 0.25 * ladder.range(output))
    return unresolved(slope, NAN);
  if (may_oscillate(ladder, output, noise) || is_cut_short(ladder, output, slope, noise))
    return unresolved(slope, NAN);
  if (noise > 0) {
    const Quotients central = ladder.central(output);
    const Extrapolated fine = extrapolate(central, 2);
    if (is_resolved_below(central, fine, slope.value)) return unresolved(slope, fine.value);
  }
  const Extrapolated a = extrapolate(above, 1, 2 * noise);
  const Extrapolated b = extrapolate(below, 1, 2 * noise);
  if (is_kink(above, a, below, b, noise, ladder.ends_at_last_bit())) {
    slope.behaviour = Behaviour::kink;
    slope.above = a.value;
    slope.below = b.value;
    slope.error = std::fmax(slope.error, std::fmax(a.error(), b.error()));
  }
  return slope;
}

/// Known as well as this ladder can tell, and well enough; the finest rung says the same.
inline bool is_settled(const Extrapolated& e, const Extrapolated& finest, double precision) {
  const double size = std::fabs(e.value);
  const double apart = std::fabs(e.value - finest.value);
  if (!(apart <= 1e-6 * size + 4 * (e.roundoff + finest.roundoff))) return false;
  if (e.truncation <= 1e-12 * size && e.roundoff <= 1e-9 * size) return true;
  // Half of the digits that the values have, or 7.
  const double enough = std::fmax(1e-7, std::sqrt(precision));
  return e.truncation <= e.roundoff && (size == 0 || e.roundoff <= enough * size);
}

/// A slope that seemed known isn't, with this noise of the function's values.
inline bool is_noisy(double noise, const Extrapolated& found) {
  return 2 * noise / found.step > 1e-7 * std::fabs(found.value) + 2 * found.roundoff;
}

/// Measures with one ladder. True if all outputs are smooth and known well.
inline bool climb(Ladder& ladder, Row<Slope>& slopes) {
  const std::size_t outputs = slopes.size();
  while (!ladder.is_at_its_end()) {
    ladder.climb();
    if (ladder.size() < 5) continue;
    bool settled = true;
    for (std::size_t o = 0; o < outputs && settled; ++o) {
      Extrapolated finest;
      const Extrapolated found = extrapolate(ladder.central(o), 2, 0, &finest);
      settled = is_settled(found, finest, ladder.precision());
    }
    if (!settled) continue;
    ladder.look_ahead();
    for (std::size_t o = 0; o < outputs && settled; ++o) {
      const Extrapolated found = extrapolate(ladder.central(o), 2);
      settled = ladder.confirms(o, found);
      // Values that are rounded to float, say, stop changing at fine steps, as smoothly as can be.
      if (settled && ladder.size() > 10) settled = !is_noisy(ladder.noise()[o], found);
      if (settled) slopes[o] = smooth_slope(found, ladder, o, 0);
    }
    if (settled) return true;
  }
  const std::vector<double>& noise = ladder.noise();
  for (std::size_t o = 0; o < slopes.size(); ++o) slopes[o] = judge(ladder, o, noise[o]);
  return false;
}

/// Both are slopes, and differ by more than their errors.
inline bool contradict(const Slope& a, const Slope& b) {
  if (a.behaviour != Behaviour::smooth || b.behaviour != Behaviour::smooth) return false;
  return std::fabs(a.value - b.value) > 4 * (a.error + b.error);
}

/// The slopes or the values of both sides differ.
inline bool parts(const Slope& s) {
  return s.behaviour == Behaviour::kink || s.behaviour == Behaviour::jump;
}

/// More steps would tell nothing new: unless finer ones follow, which a fast oscillation needs to
/// be told from a kink.
inline bool is_final(const Slope& s, bool finer_follows) {
  return parts(s) ? !finer_follows : s.error <= 1e-9 * std::fabs(s.value);
}

/// Coarse steps show a slope better than the noise allows that fine ones show.
inline bool overlooks_noise(const Slope& coarse, const Slope& fine) {
  return fine.behaviour == Behaviour::unresolved && coarse.error < 0.1 * fine.noise / coarse.step;
}

/// What two ladders tell together, of which one has the finer steps.
inline Slope joined(const Slope& coarse, const Slope& fine) {
  if (contradict(coarse, fine)) return unresolved(coarse, fine.value);
  if (parts(coarse) && !parts(fine)) {
    // A kink at x itself has the mean of its slopes at every step.
    const double off = std::fabs(fine.value - 0.5 * (coarse.above + coarse.below));
    return off <= 4 * (coarse.error + fine.error) ? coarse : unresolved(coarse, fine.value);
  }
  if (overlooks_noise(coarse, fine)) return unresolved(coarse, fine.value);
  if (fine.error < coarse.error) return fine;
  // A slope that coarse steps hardly know must be seen, or fit, at fine ones.
  const double apart = std::fabs(fine.value - coarse.value);
  const bool fits =
      fine.behaviour != Behaviour::unresolved && !(apart > 4 * coarse.error + fine.error);
  return fits || coarse.error <= 0.01 * std::fabs(coarse.value) ? coarse
                                                                : unresolved(coarse, fine.value);
}

/// The steps with which ladders start.
struct Starts {
  double steps[3];
  std::size_t count = 0;
  bool is_known = false;

  explicit Starts(const LineScale& scale) {
    const double magnitude = std::fabs(scale.magnitude);
    is_known = magnitude > 0 && std::isfinite(magnitude);
    const double own = is_known ? power_of_two(magnitude) / 4 : 0;
    double usual = power_of_two(scale.unit) / 4;
    // Too few of these lead to a point of their own: all that do.
    if (usual < 64 * scale.finest) usual = std::ldexp(scale.finest, Ladder::length - 1);
    if (is_known) steps[count++] = own;
    if (!(own >= usual && own <= 4 * usual)) steps[count++] = usual;
    if (!is_known) steps[count++] = std::ldexp(usual, -28);
  }
  bool is_last(std::size_t i) const { return i + 1 == count; }
  /// Those of a size that isn't known are so fine that rounding hides what coarse ones show.
  bool finer_follows(std::size_t i) const {
    return is_known && !is_last(i) && steps[i + 1] < steps[i];
  }
};

}  // namespace detail

/// The slope at t = 0 of each output.
///   Steps start at a quarter of the magnitude, then of 1, and halve until each output is known to
///   some 1e-12 and its behaviour at far smaller steps fits; else to the end of the ladders, whose
///   whole course tells kinks, jumps, edges and noise. A smooth function takes some 15 evaluations,
///   a hard one some 100 for each start, of which there are at most two.
inline Row<Slope> measure(Line& line, const LineScale& scale = {}) {
  std::vector<double> centre(line.outputs(), static_cast<double>(NAN));
  line.at(0, centre.data());
  const detail::Starts starts(scale);
  Row<Slope> slopes(line.outputs());
  for (std::size_t i = 0; i < starts.count; ++i) {
    detail::Ladder ladder(line, scale, centre, starts.steps[i]);
    Row<Slope> found(slopes.size());
    const bool settled = detail::climb(ladder, found);
    bool done = true;
    for (std::size_t o = 0; o < slopes.size(); ++o) {
      // Equal values may be all that rounding leaves of a function: other steps may tell more.
      const bool tells = !ladder.is_constant(o);
      const bool constant = !tells && (i == 0 || slopes[o].constant);
      const double around = std::fmax(slopes[o].steepest_around, found[o].steepest_around);
      const bool is_first = slopes[o].behaviour == Behaviour::undefined;
      if (is_first && (tells || starts.is_last(i))) {
        slopes[o] = found[o];
      } else if (tells) {
        const bool finer = starts.steps[i] < starts.steps[0];
        slopes[o] =
            finer ? detail::joined(slopes[o], found[o]) : detail::joined(found[o], slopes[o]);
      }
      slopes[o].constant = constant;
      slopes[o].steepest_around = around;
      done = done && ((settled && tells) || detail::is_final(slopes[o], starts.finer_follows(i)));
    }
    if (done) break;
  }
  for (Slope& s : slopes) {
    const bool is_slope = s.behaviour == Behaviour::smooth || s.behaviour == Behaviour::edge;
    s.constant = s.constant && is_slope;
  }
  return slopes;
}

}  // namespace tapegrad::gradtest
