// A function's values on both sides of a point, at steps that halve, and what can be read from
// them. More values are asked for in ladder.hpp.
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

/// A line that remembers its values, because ladders with other starts meet the same steps again.
class Remembered final : public Line {
 public:
  explicit Remembered(Line& line)
      : Line(line.outputs()), line_(line), at_(32, 0.0), values_(32 * line.outputs(), 0.0) {}

  void at(double t, double* values) override {
    for (std::size_t i = 0; i < size_; ++i) {
      if (at_[i] != t) continue;
      for (std::size_t o = 0; o < outputs(); ++o) values[o] = values_[i * outputs() + o];
      return;
    }
    line_.at(t, values);
    if (size_ == at_.size()) {
      at_ = longer(at_);
      values_ = longer(values_);
    }
    at_[size_] = t;
    for (std::size_t o = 0; o < outputs(); ++o) values_[size_ * outputs() + o] = values[o];
    ++size_;
  }

 private:
  /// push_back() would cost each test file some 0.02 s of g++'s time.
  static std::vector<double> longer(const std::vector<double>& values) {
    std::vector<double> twice(2 * values.size(), 0.0);
    for (std::size_t i = 0; i < values.size(); ++i) twice[i] = values[i];
    return twice;
  }

  Line& line_;
  std::vector<double> at_, values_;
  std::size_t size_ = 0;
};

/// The values of a line on both sides of t = 0, at steps that halve.
class Rungs {
 public:
  static constexpr std::size_t length = Quotients::most;
  static constexpr std::size_t usual_length = 28;

  Rungs(const LineScale& scale, const std::vector<double>& centre, double start)
      : scale_(scale), centre_(centre), step_(start) {
    if (scale.noise) known_ = std::vector<double>(*scale.noise);
  }

  std::size_t size() const { return size_; }
  /// There is no finer step, or none that leads to a point of its own.
  bool is_at_its_end() const { return size_ == usual_length || ends_at_last_bit(); }
  bool ends_at_last_bit() const { return step_ < scale_.finest; }
  double finest_step() const { return finest().step; }
  double coarsest_step() const { return rungs_[0].step; }
  double precision() const { return scale_.precision; }
  /// What other lines have shown of an output's noise.
  double known_noise(std::size_t output) const { return known_.empty() ? 0 : known_[output]; }
  /// This line has told by itself how noisy it is.
  void know_noise(std::size_t output, double noise) { known_[output] = noise; }

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
    return 4 * scale_.precision * std::fmin(std::fabs(centre_[output]), 64 * inner_size());
  }
  /// No value is further away than that.
  bool is_still(std::size_t output) const {
    return std::isfinite(centre_[output]) && range(output) <= stillness(output);
  }
  /// How far rounding moves values themselves.
  double rounding(std::size_t output) const {
    return scale_.precision * (std::fabs(centre_[output]) + range(output));
  }
  /// The largest slope that rounding of values of at most 64 hides over a quarter.
  double hidden_slope(std::size_t output) const {
    return 16 * scale_.precision * std::fmin(std::fabs(centre_[output]), 64.0) / scale_.unit;
  }
  /// Steps are as large as what moves x by an eighth.
  bool is_wide() const { return 8 * rungs_[0].step >= scale_.unit; }

  /// How far the function goes from its value at the point, over rungs from one on.
  double range(std::size_t output, std::size_t first = 0) const {
    double most = 0;
    for (const Rung& r : *this) {
      if (r.step <= rungs_[first].step) most = std::fmax(most, change_of(r, output));
    }
    return most;
  }
  /// The largest step up to which all values are that of the centre; 0 for none.
  double flat_up_to(std::size_t output) const {
    double step = 0;
    for (std::size_t k = size_; k-- > 0 && !differs(rungs_[k], output);) step = rungs_[k].step;
    return step;
  }
  /// The most that values differ from that at the point at steps up to `step`.
  double range_within(std::size_t output, double step) const {
    double most = 0;
    for (const Rung& r : *this) {
      if (r.step <= step) most = std::fmax(most, change_of(r, output));
    }
    return most;
  }
  /// The steepest quotient of one side at steps up to `step`, and from `least` on.
  double steepest(std::size_t output, double step, double least = 0) const {
    double most = 0;
    for (const Rung& r : *this) {
      if (r.step <= step && r.step >= least) most = std::fmax(most, change_of(r, output) / r.step);
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

 protected:
  /// How large numbers may be that values are made from: some 1, or as what is varied.
  double inner_size() const { return std::fmax(1.0, scale_.magnitude / scale_.unit); }

  struct Rung {
    double step = 0;
    std::vector<double> above = {}, below = {};
  };

  /// The step near this one that leads to a point which can be represented.
  double representable(double step) const {
    if (scale_.finest == 0) return step;
    return std::fmax(std::round(step / scale_.finest), 1) * scale_.finest;
  }

  /// One is a multiple of the other, or of one of its parts, but for rounding.
  static bool is_by_parts(double change, double of, double rounding) {
    for (int parts = 1; parts <= 8; ++parts) {
      const double ratio = parts * change / of;
      if (std::fabs(ratio - std::round(ratio)) * of <= parts * rounding) return true;
    }
    return false;
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

  /// Some value on this rung isn't that of the centre: equal values on both sides are symmetry
  /// then. A side where there is none doesn't count.
  bool differs(const Rung& r, std::size_t output) const {
    const double centre = centre_[output], above = r.above[output], below = r.below[output];
    if (std::isnan(above) || std::isnan(below)) return above != centre && below != centre;
    return above != centre || below != centre;
  }

  double quotient_of(const Rung& r, std::size_t output) const {
    return (r.above[output] - r.below[output]) / (2 * r.step);
  }
  /// How far values go from the centre's; those that aren't finite don't count.
  double change_of(const Rung& r, std::size_t output) const {
    double most = 0;
    for (const double value : {r.above[output], r.below[output]}) {
      const double change = std::fabs(value - centre_[output]);
      if (std::isfinite(change)) most = std::fmax(most, change);
    }
    return most;
  }
  /// What both sides are off from the centre together.
  double bend_of(const Rung& r, std::size_t output) const {
    return (r.above[output] - centre_[output]) + (r.below[output] - centre_[output]);
  }
  double gap_of(const Rung& r, std::size_t output) const {
    return std::fabs(bend_of(r, output)) / r.step;
  }
  /// How far a value is off a line through the centre.
  double off_line(double t, double value, std::size_t output, double slope) const {
    return value - centre_[output] - slope * t;
  }
  double off_line(const Rung& r, std::size_t output, bool up, double slope) const {
    return off_line(up ? r.step : -r.step, up ? r.above[output] : r.below[output], output, slope);
  }

  /// How many rungs there are down to the last on a side that is off a line by more than that.
  std::size_t last_off(std::size_t output, bool up, double slope, double most) const {
    std::size_t k = size_;
    while (k > 0 && !(std::fabs(off_line(rungs_[k - 1], output, up, slope)) > most)) --k;
    return k;
  }
  /// The roundoff of values: of themselves, and of what they were made from, whose last bit moves
  /// them as a step of that size does.
  double noise_at(const Rung& r, std::size_t output) const {
    const double largest =
        std::fmax(std::fabs(centre_[output]),
                  std::fmax(std::fabs(r.above[output]), std::fabs(r.below[output])));
    const double moved = std::fabs(quotient_of(r, output) * scale_.magnitude) / 2;
    const double inside = std::isfinite(moved) ? scale_.precision * moved : 0;
    return std::fmax(scale_.precision * largest + inside, known_noise(output)) + DBL_MIN;
  }

  const LineScale& scale_;
  const std::vector<double>& centre_;
  double step_;
  Rung rungs_[length];
  std::size_t size_ = 0;
  std::vector<double> known_;
};

}  // namespace tapegrad::gradtest::detail
