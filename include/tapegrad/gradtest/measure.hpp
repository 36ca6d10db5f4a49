// Measures the slope of a function along a line, with its uncertainty. Knows nothing of gradients,
// points or reports.
#pragma once

#include <cfloat>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "tapegrad/gradtest/hidden.hpp"
#include "tapegrad/gradtest/judge.hpp"
#include "tapegrad/gradtest/ladder.hpp"
#include "tapegrad/gradtest/row.hpp"
#include "tapegrad/gradtest/slope.hpp"

namespace tapegrad::gradtest {

namespace detail {

/// Known as well as this ladder can tell, and well enough; the finest rung says the same.
inline bool is_settled(const Extrapolated& e, const Extrapolated& finest, double precision) {
  const double size = std::fabs(e.value);
  const double apart = std::fabs(e.value - finest.value);
  if (!(apart <= 1e-6 * size + 4 * (e.roundoff + finest.roundoff))) return false;
  if (e.truncation <= 1e-12 * size && e.roundoff <= 1e-9 * size) return true;
  return e.truncation <= e.roundoff && (size == 0 || e.roundoff <= well_known(precision) * size);
}

/// With noise that is known finer steps tell less; this tells no kink.
inline bool is_settled_by_noise(const Ladder& ladder, std::size_t output, const Extrapolated& e,
                                const Extrapolated& finest) {
  if (!(ladder.known_noise(output) > 0 && e.truncation <= e.roundoff)) return false;
  if (!(e.error() <= 0.01 * std::fabs(e.value))) return false;
  if (!(std::fabs(e.value - finest.value) <= 4 * (e.error() + finest.roundoff))) return false;
  const Extrapolated above = extrapolate(ladder.above(output), 1);
  const Extrapolated below = extrapolate(ladder.below(output), 1);
  return std::fabs(above.value - below.value) <= 4 * (above.error() + below.error());
}

/// A slope that seemed known isn't, with this noise of the function's values.
inline bool is_noisy(double noise, const Extrapolated& found) {
  return 2 * noise / found.step > 1e-7 * std::fabs(found.value) + 2 * found.roundoff;
}

/// Steps are so fine that the noise that is known hides slopes as steep as coarse ones show, and
/// nothing else is seen.
inline bool is_swamped(const Ladder& ladder, std::size_t output) {
  const double noise = ladder.known_noise(output), step = ladder.finest_step();
  return noise > step * ladder.steepest(output, INFINITY, 64 * step) &&
         ladder.range_within(output, 4 * step) <= 4 * noise;
}

/// How noisy an output is near the point: by values at equal distances, or by what they are rounded
/// to.
inline double own_noise(Ladder& ladder, std::size_t output) {
  double noise = std::fmax(ladder.noise()[output], rounded_by(ladder.central(output)));
  const double jump = ladder.jump_at_edge(output);
  if (1.5 * jump < ladder.range(output)) noise = std::fmax(noise, jump);
  const Extrapolated fine = extrapolate(ladder.central(output), 2);
  const double off = off_at(ladder, output, fine);
  return off > noise && is_noise(ladder, output, off, fine) ? off : noise;
}

/// The same, or as much as other lines have shown, which may pass other roundings. But where that
/// leaves a slope hardly known, what the steps of this line show, if it is some such noise.
inline double noise_at(Ladder& ladder, std::size_t output) {
  const double known = ladder.known_noise(output);
  if (known == 0) return own_noise(ladder, output);
  const Quotients q = ladder.central(output);
  const Extrapolated found = extrapolate(q, 2);
  const double part = found.error() / std::fabs(found.value);
  if (part > 0.01 && part < 0.1) {
    const double own = scatter(q, found);
    if (own > known / 16 && own < known) ladder.know_noise(output, own);
    return ladder.known_noise(output);
  }
  const bool ended_early = ladder.size() < Ladder::usual_length && is_swamped(ladder, output);
  return ended_early ? known : std::fmax(known, own_noise(ladder, output));
}

/// All outputs are.
inline bool is_swamped(const Ladder& ladder, const Row<Slope>& slopes) {
  if (ladder.size() < 8) return false;
  for (std::size_t o = 0; o < slopes.size(); ++o) {
    if (!is_swamped(ladder, o)) return false;
  }
  return true;
}

/// An output seems to be smooth, and known well, by the rungs alone.
inline bool seems_settled(const Ladder& ladder, std::size_t output) {
  Extrapolated finest;
  const Extrapolated found = extrapolate(ladder.central(output), 2, 0, &finest);
  return is_settled(found, finest, ladder.precision()) ||
         (ladder.size() >= 7 && is_settled_by_noise(ladder, output, found, finest));
}

/// So it does ahead and between as well; then `slope` is what is known of it.
inline bool is_confirmed(Ladder& ladder, std::size_t output, Slope& slope) {
  const Extrapolated found = extrapolate(ladder.central(output), 2);
  const double off = off_at(ladder, output, found);
  if (!ladder.confirms(output, found) || is_noisy(off, found)) return false;
  if (off > 0 && !is_noise(ladder, output, off, found)) return false;
  // Values that are rounded to float, say, stop changing at fine steps, as smoothly as can be.
  if (ladder.size() > 10 && is_noisy(noise_at(ladder, output), found)) return false;
  const Extrapolated noisy = extrapolate(ladder.central(output), 2, off);
  slope = known_slope(noisy, Behaviour::smooth, ladder, output, 0);
  return true;
}

/// What a whole ladder tells of all outputs.
inline void judge_all(Ladder& ladder, Row<Slope>& slopes) {
  bool looked = false, noisy = false;
  for (std::size_t o = 0; o < slopes.size() && !noisy; ++o)
    noisy = !is_rounding(ladder, o, noise_at(ladder, o), ladder.finest_step());
  if (noisy) ladder.descend();
  for (std::size_t o = 0; o < slopes.size(); ++o) {
    const double noise = noise_at(ladder, o);
    slopes[o] = judge(ladder, o, noise);
    if (noisy) continue;  // the ladder has seen the last bit
    if (slopes[o].behaviour != Behaviour::jump && slopes[o].behaviour != Behaviour::unbounded)
      continue;
    if (!looked) ladder.look_ahead();
    looked = true;
    slopes[o] = seen_nearer(ladder, o, slopes[o], noise);
  }
}

/// Measures with one ladder. True if all outputs are smooth and known well.
inline bool climb(Ladder& ladder, Row<Slope>& slopes) {
  std::size_t next = 5;
  while (!ladder.is_at_its_end() && !is_swamped(ladder, slopes)) {
    ladder.climb();
    if (ladder.size() < next) continue;
    bool settled = true;
    for (std::size_t o = 0; o < slopes.size() && settled; ++o) settled = seems_settled(ladder, o);
    if (!settled) continue;
    ladder.look_ahead();
    ladder.look_between();
    for (std::size_t o = 0; o < slopes.size() && settled; ++o)
      settled = is_confirmed(ladder, o, slopes[o]);
    if (settled) return true;
    next = ladder.size() + ladder.size() / 4;  // what was not so is hardly so a step further
  }
  judge_all(ladder, slopes);
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

/// Coarse steps show a slope better than the noise allows that fine ones show, or those show
/// another slope, if they are noisy.
inline bool overlooks(const Slope& coarse, const Slope& fine) {
  if (fine.behaviour != Behaviour::unresolved) return false;
  if (!std::isnan(fine.above) || coarse.error < 0.1 * fine.noise / coarse.step) return true;
  const double apart = std::fabs(fine.below - coarse.value);
  return fine.noise > 0 && apart > 4 * (coarse.error + 2 * fine.noise / fine.step);
}

/// What two ladders tell together, of which one has the finer steps.
inline Slope joined(const Slope& coarse, const Slope& fine) {
  if (contradict(coarse, fine)) return unresolved(coarse, fine.value);
  if (parts(coarse) && !parts(fine)) {
    // A kink at x itself has the mean of its slopes at every step.
    const double off = std::fabs(fine.value - 0.5 * (coarse.above + coarse.below));
    return off <= 4 * (coarse.error + fine.error) ? coarse : unresolved(coarse, fine.value);
  }
  if (overlooks(coarse, fine))
    return unresolved(coarse, std::isnan(fine.above) ? fine.value : fine.above);
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
  double steps[3] = {};
  std::size_t count = 0;
  bool is_known = false;

  /// Beside noise that is known larger steps tell more, and come first; and what other lines
  /// needed.
  Starts(const LineScale& scale, bool is_noisy) {
    const double magnitude = std::fabs(scale.magnitude);
    is_known = magnitude > 0 && std::isfinite(magnitude);
    const double own = is_known ? power_of_two(magnitude) / 4 : 0;
    double usual = power_of_two(scale.unit) / 4;
    // Too few of these lead to a point of their own: all that do.
    if (usual < 64 * scale.finest) usual = std::ldexp(scale.finest, Ladder::usual_length - 1);
    if (is_known) steps[count++] = own;
    if (!(own >= usual && own <= 4 * usual)) steps[count++] = usual;
    if (!is_known) steps[count++] = std::ldexp(usual, -28);
    for (double& step : steps) step *= scale.part;
    const bool usual_first = is_noisy ? own < usual : scale.prefers_usual && own > usual;
    if (usual_first && is_known && count == 2) std::swap(steps[0], steps[1]);
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
inline Row<Slope> measure(Line& measured, const LineScale& scale = {}) {
  detail::Remembered line(measured);
  std::vector<double> centre(line.outputs(), static_cast<double>(NAN));
  line.at(0, centre.data());
  Row<Slope> slopes(line.outputs());
  bool is_noisy = false, is_finite = false;
  for (std::size_t o = 0; o < line.outputs(); ++o) {
    is_noisy = is_noisy || (scale.noise && (*scale.noise)[o] > 0);
    is_finite = is_finite || std::isfinite(centre[o]);
  }
  if (!is_finite) return slopes;
  const detail::Starts starts(scale, is_noisy);
  for (std::size_t i = 0; i < starts.count; ++i) {
    detail::Ladder ladder(line, scale, centre, starts.steps[i]);
    Row<Slope> found(slopes.size());
    const bool settled = detail::climb(ladder, found);
    bool done = true;
    for (std::size_t o = 0; o < slopes.size(); ++o) {
      // Equal values may be all that rounding leaves of a function: other steps may tell more.
      const bool tells = !ladder.is_constant(o);
      const bool constant = !tells && (i == 0 || slopes[o].constant);
      const double still = slopes[o].still;
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
      slopes[o].still = ladder.is_wide() ? ladder.hidden_slope(o) : still;
      if (!ladder.is_still(o)) slopes[o].still = 0;
      slopes[o].steepest_around = around;
      // Larger steps tell more beside noise.
      const bool known =
          ladder.known_noise(o) == 0 || slopes[o].error <= 1e-3 * std::fabs(slopes[o].value);
      done = done && ((settled && known && tells && !(ladder.is_still(o) && !ladder.is_wide())) ||
                      detail::is_final(slopes[o], starts.finer_follows(i)));
    }
    if (done) break;
  }
  detail::note_hidden(line, scale, centre, slopes);
  for (Slope& s : slopes) {
    // Steps far beyond the size of what is varied don't show what noise hides within.
    if (scale.magnitude > 0 && s.step > scale.magnitude)
      s.ripple = std::fmax(s.ripple, s.noise / scale.magnitude);
    const bool is_slope = s.behaviour == Behaviour::smooth || s.behaviour == Behaviour::edge;
    s.constant = s.constant && is_slope;
  }
  return slopes;
}

}  // namespace tapegrad::gradtest
