// A function's values on both sides of a point, at steps that halve. What they tell is judged in
// measure.hpp.
#pragma once

#include <cfloat>
#include <cmath>
#include <cstddef>
#include <vector>

#include "tapegrad/gradtest/extrapolate.hpp"
#include "tapegrad/gradtest/line.hpp"

namespace tapegrad::gradtest::detail {

/// A power of two at or below |x|, so that a point and a step add up exactly where they can.
inline double power_of_two(double x) {
  int exponent = 0;
  std::frexp(x, &exponent);
  return std::ldexp(1.0, exponent - 1);
}

/// The values of a line on both sides of t = 0, at steps that halve.
class Ladder {
 public:
  static constexpr std::size_t length = Quotients::most;

  Ladder(Line& line, const LineScale& scale, const std::vector<double>& centre, double start)
      : line_(line), scale_(scale), centre_(centre), step_(start) {}

  std::size_t size() const { return size_; }
  /// There is no finer step, or none that leads to a point of its own.
  bool is_at_its_end() const { return size_ == length || ends_at_last_bit(); }
  bool ends_at_last_bit() const { return step_ < scale_.finest; }
  double precision() const { return scale_.precision; }

  /// Evaluates at the next step.
  void climb() {
    rungs_[size_++] = rung(step_);
    step_ /= 2;
  }

  /// Evaluates once more, far below: what a smooth function must look like there as well.
  /// Not a few powers of two, which may be multiples of some period as all rungs are; but so few
  /// bits that a point and the step add up exactly.
  void look_ahead() { ahead_ = rung(representable(finest().step * std::ldexp(ahead_part, -10))); }

  /// What was seen ahead on one side: its difference from the centre, by the distance.
  double ahead(std::size_t output, bool up) const {
    const double value = up ? ahead_.above[output] : ahead_.below[output];
    return (up ? value - centre_[output] : centre_[output] - value) / ahead_.step;
  }
  double ahead_step() const { return ahead_.step; }

  Quotients central(std::size_t output) const { return quotients(output, true, true); }
  Quotients above(std::size_t output) const { return quotients(output, true, false); }
  Quotients below(std::size_t output) const { return quotients(output, false, true); }

  /// Every value that was seen is the same; sides where there is none don't count.
  bool is_constant(std::size_t output) const {
    for (const Rung& r : *this) {
      for (const double value : {r.above[output], r.below[output]}) {
        if (value != centre_[output] && !std::isnan(value)) return false;
      }
    }
    return true;
  }

  /// What values near x may differ by where the function is constant but for rounding: the last
  /// bits of the value there, as far as it was made from numbers of the size of what is varied, or
  /// of some 1.
  double stillness(std::size_t output) const {
    const double made_from = 64 * std::fmax(1, scale_.magnitude / scale_.unit);
    return 4 * scale_.precision * std::fmin(std::fabs(centre_[output]), made_from);
  }
  /// No value is further away than that.
  bool is_still(std::size_t output) const {
    return std::isfinite(centre_[output]) && range(output) <= stillness(output);
  }
  /// The largest slope that rounding of values of at most 64 hides over a quarter.
  double hidden_slope(std::size_t output) const {
    return 16 * scale_.precision * std::fmin(std::fabs(centre_[output]), 64) / scale_.unit;
  }
  /// Steps are as large as what moves x by an eighth.
  bool is_wide() const { return 8 * rungs_[0].step >= scale_.unit; }

  /// How far the function goes from its value at the point, over rungs from one on.
  double range(std::size_t output, std::size_t first = 0) const {
    double most = 0;
    for (const Rung& r : *this) {
      if (r.step > rungs_[first].step) continue;
      for (const double value : {r.above[output], r.below[output]}) {
        const double change = std::fabs(value - centre_[output]);
        if (std::isfinite(change)) most = std::fmax(most, change);
      }
    }
    return most;
  }
  /// The largest step up to which all values are that of the centre; 0 for none.
  double flat_up_to(std::size_t output) const {
    double step = 0;
    for (std::size_t k = size_; k-- > 0 && !differs(rungs_[k], output);) step = rungs_[k].step;
    return step;
  }
  /// What a flat part may hide: the last bit of what values were made from, which is some 1, or as
  /// large as what is varied; or all that is seen of a change, where that is as tiny as rounding.
  double hidden(std::size_t output) const {
    const double size = std::fmax(1, scale_.magnitude / scale_.unit);
    double least = INFINITY;
    for (const Rung& r : *this) {
      for (const double value : {r.above[output], r.below[output]}) {
        const double change = std::fabs(value - centre_[output]);
        if (change > 0) least = std::fmin(least, change);
      }
    }
    return std::fmax(2 * scale_.precision * size, least <= size * 0x1p-20 ? least : 0);
  }

  /// The steepest quotient of one side at steps up to `step`.
  double steepest(std::size_t output, double step) const {
    double most = 0;
    for (const Rung& r : *this) {
      if (r.step > step) continue;
      for (const double value : {r.above[output], r.below[output]}) {
        const double slope = std::fabs(value - centre_[output]) / r.step;
        if (std::isfinite(slope)) most = std::fmax(most, slope);
      }
    }
    return most;
  }
  /// The steepest quotient of both sides at steps up to `step`.
  double steepest_central(std::size_t output, double step) const {
    double most = 0;
    for (const Rung& r : *this) {
      if (r.step > step) continue;
      const double slope = std::fabs(quotient_of(r, output));
      if (std::isfinite(slope)) most = std::fmax(most, slope);
    }
    return most;
  }

  /// Whether what was seen ahead fits a smooth function with this slope.
  bool confirms(std::size_t output, const Extrapolated& slope) const {
    const double part = ahead_.step / finest().step;
    const double off = 2 * noise_at(ahead_, output) / ahead_.step;
    const double bend = std::fabs(quotient_of(finest(), output) - slope.value);
    const double apart = std::fabs(quotient_of(ahead_, output) - slope.value);
    if (!(apart <= 4 * (slope.error() + off) + 2 * part * part * bend)) return false;
    const double expected = part * gap_of(finest(), output);
    return gap_of(ahead_, output) <= 1.02 * expected + 4 * off;
  }

  /// How noisy each output is near the point, besides its roundoff. Each side is looked at by
  /// itself, and both must show it, because a kink looks like noise; at two distances, because
  /// values that are rounded may step evenly at one.
  const std::vector<double>& noise() {
    if (!noise_.empty()) return noise_;
    noise_ = std::vector<double>(line_.outputs(), 0.0);
    for (const double part : {0.731 * 0x1p-17, 0.619 * 0x1p-20}) {
      const double distance = representable(part * rungs_[0].step);
      const std::vector<double> above = noise_of_side(distance);
      const std::vector<double> below = noise_of_side(-distance);
      for (std::size_t o = 0; o < noise_.size(); ++o) {
        noise_[o] = std::fmax(noise_[o], std::fmin(above[o], below[o]));
      }
    }
    return noise_;
  }

 private:
  static constexpr double ahead_part = 753161.0 / 1048576;

  struct Rung {
    double step = 0;
    std::vector<double> above = {}, below = {};
  };

  /// The step near this one that leads to a point which can be represented.
  double representable(double step) const {
    if (scale_.finest == 0) return step;
    return std::fmax(std::round(step / scale_.finest), 1) * scale_.finest;
  }

  const Rung* begin() const { return rungs_; }
  const Rung* end() const { return rungs_ + size_; }
  const Rung& finest() const { return rungs_[size_ - 1]; }

  /// Differences between the sides, or between one and the centre, by their distance at each rung.
  /// Where values are rounded, steps that leave all values equal tell nothing.
  Quotients quotients(std::size_t output, bool up, bool down) const {
    const int sides = up && down ? 2 : 1;
    const double quantum = quantum_of(output);
    Quotients q;
    for (const Rung& r : *this) {
      const double noise = std::fmax((3 - sides) * noise_at(r, output), quantum / 2);
      const double high = up ? r.above[output] : centre_[output];
      const double low = down ? r.below[output] : centre_[output];
      q.add(r.step, (high - low) / (sides * r.step), noise, quantum == 0 || differs(r, output));
    }
    return q;
  }

  /// What all differences near the point are multiples of, on both sides, where the function is
  /// flat nearer to it: its values are rounded. 0 for other functions, flat ones among them.
  double quantum_of(std::size_t output) const {
    double least = INFINITY;
    bool up = false, down = false, flat = false;
    for (const Rung& r : *this) {
      const double above = std::fabs(r.above[output] - centre_[output]);
      const double below = std::fabs(r.below[output] - centre_[output]);
      if (above > 0) least = std::fmin(least, above);
      if (below > 0) least = std::fmin(least, below);
      up = up || above > 0;
      down = down || below > 0;
      flat = flat || !differs(r, output);
    }
    if (!up || !down || !flat) return 0;
    int multiples = 0;
    for (const Rung& r : *this) {
      for (const double value : {r.above[output], r.below[output]}) {
        const double ratio = std::fabs(value - centre_[output]) / least;
        if (!(ratio > 1.5 && ratio < 64)) continue;
        if (std::fabs(ratio - std::round(ratio)) > 0.02) return 0;
        ++multiples;
      }
    }
    return multiples >= 3 ? least : 0;
  }

  /// Some value on this rung isn't that of the centre: equal values on both sides are symmetry
  /// then. A side where there is none doesn't count.
  bool differs(const Rung& r, std::size_t output) const {
    const double centre = centre_[output], above = r.above[output], below = r.below[output];
    if (std::isnan(above) || std::isnan(below)) return above != centre && below != centre;
    return above != centre || below != centre;
  }

  Rung rung(double step) {
    const std::vector<double> none(line_.outputs(), static_cast<double>(NAN));
    Rung r{.step = step, .above = none, .below = none};
    if (step <= scale_.highest) line_.at(step, r.above.data());
    if (-step >= scale_.lowest) line_.at(-step, r.below.data());
    return r;
  }

  /// NaN where the function isn't finite.
  std::vector<double> noise_of_side(double distance) {
    constexpr std::size_t count = 9;
    const std::size_t outputs = line_.outputs();
    std::vector<double> values(count * outputs, static_cast<double>(NAN));
    for (std::size_t i = 0; i < count; ++i) {
      const double t = static_cast<double>(i + 1) * distance;
      if (t >= scale_.lowest && t <= scale_.highest) line_.at(t, values.data() + i * outputs);
    }
    std::vector<double> noise(outputs, 0.0);
    for (std::size_t o = 0; o < outputs; ++o) {
      double of_output[count];
      for (std::size_t i = 0; i < count; ++i) of_output[i] = values[i * outputs + o];
      // Three times a standard deviation: few values are further off.
      noise[o] = 3 * noise_of(of_output, count);
    }
    return noise;
  }

  double quotient_of(const Rung& r, std::size_t output) const {
    return (r.above[output] - r.below[output]) / (2 * r.step);
  }
  double gap_of(const Rung& r, std::size_t output) const {
    const double centre = centre_[output];
    return std::fabs((r.above[output] - centre) + (r.below[output] - centre)) / r.step;
  }
  /// The roundoff of values: of themselves, and of what they were made from, whose last bit moves
  /// them as a step of that size does.
  double noise_at(const Rung& r, std::size_t output) const {
    const double largest =
        std::fmax(std::fabs(centre_[output]),
                  std::fmax(std::fabs(r.above[output]), std::fabs(r.below[output])));
    const double moved = std::fabs(quotient_of(r, output) * scale_.magnitude) / 2;
    const double inside = std::isfinite(moved) ? scale_.precision * moved : 0;
    return scale_.precision * largest + inside + DBL_MIN;
  }

  Line& line_;
  const LineScale& scale_;
  const std::vector<double>& centre_;
  double step_;
  Rung rungs_[length];
  std::size_t size_ = 0;
  Rung ahead_;
  std::vector<double> noise_;
};

}  // namespace tapegrad::gradtest::detail
