// Compares derivatives with slopes, cell by cell, and gathers what is wrong into a report.
#pragma once

#include <cfloat>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "tapegrad/gradtest/measure.hpp"
#include "tapegrad/gradtest/nearby.hpp"
#include "tapegrad/gradtest/options.hpp"
#include "tapegrad/gradtest/problem.hpp"
#include "tapegrad/gradtest/report.hpp"
#include "tapegrad/gradtest/text.hpp"

namespace tapegrad::gradtest::detail {

/// A function along a line through a point.
class LineOf final : public Line {
 public:
  LineOf(Problem& problem, const Values& x, const Values& direction, std::size_t outputs,
         std::size_t& evaluations, std::size_t end = static_cast<std::size_t>(-1))
      : Line(outputs),
        problem_(problem),
        x_(x),
        direction_(direction),
        evaluations_(evaluations),
        end_(end) {}

  void at(double t, double* values) override {
    is_cut = is_cut || evaluations_ >= end_;
    if (is_cut) return;
    Values x = x_;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (direction_[i] != 0) x[i] += t * direction_[i];
    }
    ++evaluations_;
    const Values y = problem_.value(x);
    if (y.size() != outputs()) return note_undefined(t, "throws");
    for (std::size_t o = 0; o < y.size(); ++o) {
      values[o] = y[o];
      if (!std::isfinite(y[o])) note_undefined(t, std::isnan(y[o]) ? "is nan" : "is infinite");
    }
  }

  /// The t nearest to 0, but not 0, at which some output isn't finite, and what f does there; 0 for
  /// none.
  double undefined_at = 0;
  const char* undefined_as = "";
  /// No more evaluations were left.
  bool is_cut = false;

 private:
  void note_undefined(double t, const char* as) {
    if (t == 0 || (undefined_at != 0 && std::fabs(t) >= std::fabs(undefined_at))) return;
    undefined_at = t;
    undefined_as = as;
  }

  Problem& problem_;
  const Values& x_;
  const Values& direction_;
  std::size_t& evaluations_;
  std::size_t end_;
};

/// The largest power of two that x is a multiple of.
inline double last_bit(double x) {
  int exponent = 0;
  auto digits = static_cast<long long>(std::ldexp(std::frexp(x, &exponent), DBL_MANT_DIG));
  exponent -= DBL_MANT_DIG;
  for (; digits % 2 == 0; digits /= 2) ++exponent;
  return std::ldexp(1.0, exponent);
}

/// The size of what varies along a direction, and how far it can go within the domain.
inline LineScale scale_of(double precision, const Values& x, const Values& direction,
                          const Options& options) {
  LineScale scale;
  scale.precision = precision;
  double fastest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double d = direction[i];
    if (d == 0) continue;
    fastest = std::fmax(fastest, std::fabs(d));
    if (x[i] != 0) {
      scale.finest = std::fmax(scale.finest, 2 * precision * power_of_two(x[i]) / last_bit(d));
    }
    const double size = std::fabs(x[i] / d);
    if (size > 0 && (scale.magnitude == 0 || size < scale.magnitude)) scale.magnitude = size;
    if (options.lowest.empty()) continue;
    const double low = limit_of(options.lowest, i);
    const double high = limit_of(options.highest, i);
    const double down = (d > 0 ? low - x[i] : high - x[i]) / d;
    const double up = (d > 0 ? high - x[i] : low - x[i]) / d;
    scale.lowest = std::fmax(scale.lowest, down);
    scale.highest = std::fmin(scale.highest, up);
  }
  if (fastest > 0) scale.unit = 1 / fastest;
  return scale;
}

inline std::string unresolved_why(const Slope& s) {
  if (s.cut) return said("not resolved: f is too hard to measure");
  if (std::isnan(s.above)) {
    return std::isnan(s.below) ? said("not resolved: f changes nearer to x than steps reach")
                               : said("not resolved: values look random");
  }
  const Digits fine = rounded(s.above, 6);
  if (std::isnan(s.below))
    return said("not resolved: coarse steps show no slope, fine ones %s", fine.text);
  return said("not resolved: the slope is %s at coarse steps, %s at fine ones",
              rounded(s.below, 6).text, fine.text);
}

/// As large as what rounding leaves of a sum that is 0, where the function doesn't change. What is
/// far smaller comes from elsewhere, and can't be told from 0.
inline bool is_rounded_zero(double g, const Slope& s) {
  if (s.error <= 0.01 * std::fabs(s.value)) return false;  // known to be another number
  const double size = std::fabs(g);
  return s.still > 0 && size <= s.still && (g == 0 || size >= 0x1p-10 * s.still);
}

/// The slope of an oscillation may make as much. One that values don't show is no mistake as people
/// make them, where it is a thousand times steeper than what is known.
inline bool may_be_hidden(double apart, double allowed, const Slope& s) {
  const double size = std::fabs(apart);
  return size <= allowed + s.hidden ||
         (size <= allowed + s.lost && size > 1e3 * std::fabs(s.value));
}

/// What the numbers of a cell say.
inline Verdict verdict_of(Cell& cell, const Options& options) {
  const Slope& s = cell.numeric;
  const double g = cell.given;
  const double allowed = 2 * s.error + options.tolerance * std::fabs(s.value);
  const bool is_defined = s.behaviour != Behaviour::undefined;
  if (is_defined && is_rounded_zero(g, s)) return Verdict::ok;
  switch (s.behaviour) {
    case Behaviour::undefined:
      cell.why = said("f isn't finite at x, or on either side of it");
      return Verdict::inconclusive;
    case Behaviour::jump:
      cell.why = said("f jumps at x");
      return Verdict::inconclusive;
    case Behaviour::unresolved:
      cell.why = unresolved_why(s);
      return Verdict::inconclusive;
    case Behaviour::unbounded:
      cell.why = said("the slope grows without end towards x");
      return Verdict::inconclusive;
    case Behaviour::kink: {
      const double low = std::fmin(s.below, s.above) - allowed;
      const double high = std::fmax(s.below, s.above) + allowed;
      const int digits = digits_apart(s.below, s.above);
      cell.why =
          said("kink: slopes %s | %s", shown(s.below, digits).text, shown(s.above, digits).text);
      return g >= low && g <= high ? Verdict::ok : Verdict::wrong;
    }
    case Behaviour::edge:
    case Behaviour::smooth:
      break;
  }
  if (!std::isfinite(s.value) || !std::isfinite(s.error)) {
    cell.why = said("f is defined too near x alone to tell its slope");
    return Verdict::inconclusive;
  }
  if (!(std::fabs(g - s.value) <= allowed)) {
    const bool is_hidden = may_be_hidden(g - s.value, allowed, s);
    if (!is_hidden && !(std::fabs(g - s.value) <= allowed + s.ripple)) return Verdict::wrong;
    cell.why =
        said(is_hidden ? "not resolved: x is so large that its last bits may hide an oscillation"
                       : "not resolved: what looks like noise may be a ripple");
    return Verdict::inconclusive;
  }
  const double larger = std::fmax(std::fabs(g), std::fabs(s.value));
  // An exact 0 is what a function that doesn't depend on an input has.
  if (g == 0 && (s.constant || s.flat)) return Verdict::ok;
  // Or one that x |x| has at 0: beside the slopes around it nothing is left but rounding.
  if (g == 0 && s.error <= 1e-12 * s.steepest_around) return Verdict::ok;
  if (s.error > 0.01 * larger && s.error > 1e-9 * s.steepest) {
    cell.why = s.error < larger ? said("known to %s %% only", rounded(100 * s.error / larger).text)
                                : said("no digit of it is known");
    return Verdict::inconclusive;
  }
  return Verdict::ok;
}

/// Cells as they come, and the worst of them.
class Tally {
 public:
  Tally(const Options& options, Report& report) : options_(options), report_(report) {}

  void add(Cell cell) {
    ++report_.cells;
    cell.verdict = verdict_of(cell, options_);
    if (cell.verdict == Verdict::ok) {
      if (cell.numeric.behaviour == Behaviour::kink) accept_kink(cell);
      return;
    }
    ++(cell.verdict == Verdict::wrong ? report_.wrong : report_.inconclusive);
    list(cell);
  }

  /// Into its place among the worst, behind equals.
  void list(const Cell& cell) {
    std::size_t place = report_.worst.size();
    while (place > 0 && badness(cell) > badness(report_.worst[place - 1])) --place;
    report_.worst.insert(place, cell);
  }

 private:
  /// The first one is told.
  void accept_kink(const Cell& cell) {
    if (++report_.kinks > 1) return;
    const double g = cell.given;
    const bool is_one = std::fabs(g - cell.numeric.below) <= 1e-6 * std::fabs(g) ||
                        std::fabs(g - cell.numeric.above) <= 1e-6 * std::fabs(g);
    report_.findings.push_back(said("%s; yours, %s = %s, %s", cell.why.c_str(), cell.name.c_str(),
                                    shown(g, 6).text,
                                    is_one ? "is one of them" : "lies between them"));
  }

  static double badness(const Cell& c) {
    if (c.verdict == Verdict::inconclusive) return -1;
    const double off = std::fabs(c.given - c.numeric.value);
    return std::isfinite(off) ? off / (std::fabs(c.given) + std::fabs(c.numeric.value)) : 2;
  }

  const Options& options_;
  Report& report_;
};

}  // namespace tapegrad::gradtest::detail
