// A ladder of steps on which more values are asked for where those at its rungs don't tell: ahead,
// between, at the last bit, at the ends of flat parts. What all tell is judged in judge.hpp.
#pragma once

#include <cfloat>
#include <cmath>
#include <cstddef>
#include <vector>

#include "tapegrad/gradtest/rungs.hpp"

namespace tapegrad::gradtest::detail {

class Ladder : public Rungs {
 public:
  Ladder(Line& line, const LineScale& scale, const std::vector<double>& centre, double start)
      : Rungs(scale, centre, start), line_(line) {}

  /// Evaluates at the next step.
  void climb() {
    rungs_[size_++] = rung(step_);
    step_ /= 2;
  }

  /// Goes on to the last bit of what is varied.
  void descend() {
    const double last = 2 * DBL_EPSILON * scale_.magnitude;
    while (size_ < length && !ends_at_last_bit() && step_ >= last) climb();
  }

  /// Evaluates once more, far below: what a smooth function must look like there as well.
  /// Not a few powers of two, which may be multiples of some period as all rungs are; but so few
  /// bits that a point and the step add up exactly.
  void look_ahead() { ahead_ = rung(representable(finest().step * std::ldexp(ahead_part, -10))); }

  /// And once between the steps.
  void look_between() { looks_[look_count_++] = rung(representable(finest().step * between_part)); }
  /// What values between the steps are off from the polynomial through those around; 0 where that
  /// is no more than the polynomial's own error and roundoff.
  double off_between(std::size_t output) const { return off_polynomials(output, Around::both); }
  /// The same, but from that through those beyond alone, where there may be another piece.
  double off_beyond(std::size_t output) const { return off_polynomials(output, Around::beyond); }

  /// What was seen ahead on one side: its difference from the centre, by the distance.
  double ahead(std::size_t output, bool up) const {
    const double value = up ? ahead_.above[output] : ahead_.below[output];
    return (up ? value - centre_[output] : centre_[output] - value) / ahead_.step;
  }
  double ahead_step() const { return ahead_.step; }

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

  /// What a flat part may hide: the last bit of what values were made from, which is some 1, or as
  /// large as what is varied; or what values jump by at its end.
  double hidden(std::size_t output) {
    return std::fmax(2 * scale_.precision * inner_size(), jump_at_edge(output));
  }

  /// What values jump by at the nearer end of a flat part around the point, because they are
  /// rounded; 0 where there is none, where a function begins there by and by, or where that is too
  /// much for rounding, as the steps of floor are.
  double jump_at_edge(std::size_t output) {
    const double flat = flat_up_to(output);
    if (flat == 0) return 0;
    if (edges_.empty()) edges_ = std::vector<double>(2 * line_.outputs(), 0.0);
    double* known = edges_.data() + 2 * output;
    if (known[0] != flat) known[1] = jump_beyond(known[0] = flat, output);
    return 64 * known[1] > std::fmax(std::fabs(centre_[output]), inner_size()) ? 0 : known[1];
  }

  /// Values are multiples of so much that they may as well be rounded as step, like floor.
  bool is_coarse(std::size_t output) const {
    return 512 * quantum_of(output) > std::fmax(std::fabs(centre_[output]), inner_size());
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
      bool is_noisy = false;
      for (std::size_t o = 0; o < noise_.size(); ++o)
        is_noisy = is_noisy || !(above[o] <= rounding(o));
      const std::vector<double> below = is_noisy ? noise_of_side(-distance) : above;
      for (std::size_t o = 0; o < noise_.size(); ++o) {
        noise_[o] = std::fmax(noise_[o], std::fmin(above[o], below[o]));
      }
    }
    return noise_;
  }

  /// How far values at distances of the last bit of what is varied are from lying on lines, each
  /// with its neighbours: by far less than those of a smooth function that goes as far as this
  /// noise, where neighbours are near each other beside its bends.
  bool is_uneven_at_last_bit(std::size_t output, double noise) {
    constexpr int around = 8;
    constexpr std::size_t count = 2 * around + 1;
    if (last_bits_.empty()) {
      last_bits_ = std::vector<double>(count * line_.outputs(), static_cast<double>(NAN));
      double distance = std::fmax(scale_.finest, 2 * DBL_EPSILON * scale_.magnitude);
      if (distance == 0) distance = finest().step;
      for (int i = -around; i <= around; ++i) {
        const double t = i * distance;
        const std::size_t first = static_cast<std::size_t>(i + around) * line_.outputs();
        if (t >= scale_.lowest && t <= scale_.highest) line_.at(t, last_bits_.data() + first);
      }
    }
    const auto value = [&](std::size_t i) { return last_bits_[i * line_.outputs() + output]; };
    for (std::size_t i = 1; i + 1 < count; ++i) {
      if (std::fabs(value(i - 1) - 2 * value(i) + value(i + 1)) > noise / 16) return true;
    }
    return false;
  }

  /// What values jump by, and how far they have gone before.
  struct Jump {
    double size = 0, before = 0;
  };

  /// Where values leave a line of this slope through the centre at once, and not by and by: between
  /// the two steps where they are first off by some part of the noise, halved again and again, they
  /// are off by nothing or by as much. The nearer such place of both sides.
  Jump jump_off(std::size_t output, double slope, double noise) {
    const bool up_first =
        last_off(output, true, slope, noise / 8) >= last_off(output, false, slope, noise / 8);
    const Jump nearer = jump_off(output, up_first, slope, noise);
    return nearer.size > 0 ? nearer : jump_off(output, !up_first, slope, noise);
  }

 private:
  static constexpr double ahead_part = 753161.0 / 1048576;
  static constexpr double between_part = 741455.0 / 1048576;
  static constexpr std::size_t nodes = 4;  // of a polynomial

  Rung rung(double step) {
    const std::vector<double> none(line_.outputs(), static_cast<double>(NAN));
    Rung r{.step = step, .above = none, .below = none};
    if (step <= scale_.highest) line_.at(step, r.above.data());
    if (-step >= scale_.lowest) line_.at(-step, r.below.data());
    return r;
  }

  /// Of steps beside the ladder's: many outputs that don't change are looked at in the same places.
  const Rung& other_rung(double step) {
    for (std::size_t i = 0; i < other_count_; ++i) {
      if (others_[i].step == step) return others_[i];
    }
    if (other_count_ == usual_length) other_count_ = 0;
    return others_[other_count_++] = rung(step);
  }

  double jump_beyond(double flat, std::size_t output) {
    const double widest = 4 * std::fmax(scale_.unit, scale_.magnitude);
    double near = flat;
    Rung far;
    for (std::size_t k = size_; k-- > 0;) {
      if (rungs_[k].step == 2 * flat) far = Rung(rungs_[k]);
    }
    for (double step = flat; far.step == 0 || !differs(far, output); step *= 64) {
      if (step > widest) return 0;
      near = far.step == 0 ? flat : far.step;
      far = Rung(other_rung(std::fmin(64 * step, std::fmax(widest, 2 * step))));
    }
    double least = change_of(far, output), early = least;
    int since = 8;
    for (int halves = 0; halves < 20; ++halves) {
      const double middle = representable(0.5 * (near + far.step));
      if (!(middle > near && middle < far.step)) break;
      const Rung& r = other_rung(middle);
      const double change = change_of(r, output);
      if (change == 0) {
        near = r.step;
        continue;
      }
      far = Rung(r);
      least = std::fmin(least, change);
      if (halves <= since) early = least;
      if (!(least < early / 64)) continue;
      // By and by; but in few halves only as what fades exponentially falls to its last step.
      if (halves - since >= 4) return 0;
      since = halves;
      early = least;
    }
    return is_level_beyond(far.step, least, output) ? least : 0;
  }

  /// Whether values stay the same beyond a jump as well, as rounded ones do; or whether they go on
  /// by parts of it, as those do that are rounded more than once.
  bool is_level_beyond(double step, double jump, std::size_t output) {
    const Rung& r = other_rung(representable(1.25 * step));
    const double rounding = 16 * scale_.precision * (std::fabs(centre_[output]) + jump);
    return is_by_parts(change_of(r, output), jump, rounding);
  }

  enum class Around { both, beyond };

  /// The most of all places between; of each, by the polynomial that knows best.
  double off_polynomials(std::size_t output, Around around) const {
    double most = 0;
    for (std::size_t i = 0; i < look_count_; ++i) {
      const double at = looks_[i].step;
      Interpolated best;
      for (std::size_t first = 0; first + nodes <= size_; ++first) {
        const double finest = rungs_[first + nodes - 1].step, coarsest = rungs_[first].step;
        if (finest > 2 * at || coarsest < (around == Around::both ? 0.5 * at : 8 * at)) continue;
        const Interpolated off = off_polynomial(rungs_ + first, looks_[i], output);
        if (off.error < best.error) best = off;
      }
      if (best.value > best.error) most = std::fmax(most, best.value);
    }
    return most;
  }

  /// How far values are off the polynomial through some rungs; the error is the polynomial's own,
  /// and roundoff.
  Interpolated off_polynomial(const Rung* rungs, const Rung& r, std::size_t output) const {
    double at[nodes], even[nodes], odd[nodes];  // by the square of the step
    for (std::size_t i = 0; i < nodes; ++i) {
      const Rung& node = rungs[nodes - 1 - i];
      at[i] = node.step * node.step;
      even[i] = bend_of(node, output) / at[i];
      odd[i] = quotient_of(node, output);
    }
    const double where = r.step * r.step;
    const Interpolated bend = interpolated(at, even, nodes, where);
    const Interpolated quotient = interpolated(at, odd, nodes, where);
    const double off = std::fmax(std::fabs(bend_of(r, output) - where * bend.value),
                                 r.step * std::fabs(quotient_of(r, output) - quotient.value));
    const double roundoff = noise_at(r, output) + noise_at(rungs[nodes - 1], output);
    return {off, where * bend.error + r.step * quotient.error + 4 * roundoff};
  }

  Jump jump_off(std::size_t output, bool up, double slope, double noise) {
    const std::size_t k = last_off(output, up, slope, noise / 8);
    if (k == 0 || k == size_) return {};
    std::vector<double> values(line_.outputs(), 0.0);
    double inner = rungs_[k].step, outer = rungs_[k - 1].step;
    double near = off_line(rungs_[k], output, up, slope);
    double far = off_line(rungs_[k - 1], output, up, slope);
    int halves = 0;
    for (; halves < 16; ++halves) {
      const double middle = representable(0.5 * (inner + outer));
      if (!(middle > inner && middle < outer)) break;
      const double t = up ? middle : -middle;
      line_.at(t, values.data());
      const double by = off_line(t, values[output], output, slope);
      const bool is_off = std::fabs(by) > noise / 8;
      (is_off ? outer : inner) = middle;
      (is_off ? far : near) = by;
    }
    const double size = std::fabs(far - near);
    // A smooth function changes by less with each halving.
    if (halves < 4 || size <= noise * std::fmax(0x1p-6, std::ldexp(4.0, -halves))) return {};
    return {size, std::fabs(near + slope * inner)};
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

  Line& line_;
  Rung ahead_, looks_[usual_length], others_[usual_length];
  std::size_t look_count_ = 0, other_count_ = 0;
  std::vector<double> noise_, last_bits_;
  /// Of each output the end of a flat part, and what values jump by there.
  std::vector<double> edges_;
};

}  // namespace tapegrad::gradtest::detail
