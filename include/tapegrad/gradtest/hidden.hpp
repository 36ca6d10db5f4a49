// Oscillations that no step shows, because what is varied is so large: how steep they may be.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "tapegrad/gradtest/line.hpp"
#include "tapegrad/gradtest/row.hpp"
#include "tapegrad/gradtest/slope.hpp"

namespace tapegrad::gradtest::detail {

/// Values near the point, within what moves x by 1, beside the slopes that were found.
class Nearest {
 public:
  Nearest(Line& line, const LineScale& scale, const std::vector<double>& centre)
      : line_(line), centre_(centre), values_(count * line.outputs(), nan) {
    const double eighth = scale.unit / around;
    step_ = scale.finest > 0 ? std::fmax(1.0, std::round(eighth / scale.finest)) * scale.finest
                             : eighth;
    for (int i = 0; i < count; ++i) {
      if (at(i) >= scale.lowest && at(i) <= scale.highest) line.at(at(i), &value(i, 0));
    }
  }

  /// The most that values are off from a line with this slope.
  double off(std::size_t output, double slope) {
    double most = 0;
    for (int i = 0; i < count; ++i)
      most = std::fmax(most, std::fabs(value(i, output) - centre_[output] - slope * at(i)));
    return most;
  }

  /// Few different values, because they are rounded, are no oscillation.
  bool are_few(std::size_t output) {
    int different = 0;
    for (int i = 0; i < count; ++i) {
      bool is_new = true;
      for (int j = 0; j < i && is_new; ++j) is_new = value(i, output) != value(j, output);
      different += is_new;
    }
    return different <= 4;
  }

 private:
  static constexpr int around = 8, count = 2 * around + 1;
  double at(int i) const { return (i - around) * step_; }
  double& value(int i, std::size_t output) {
    return values_[static_cast<std::size_t>(i) * line_.outputs() + output];
  }

  Line& line_;
  const std::vector<double>& centre_;
  double step_ = 0;
  std::vector<double> values_;
};

/// Where steps are a million times larger than 1, or few points that can be represented lie within
/// 1 of x, notes how steep an oscillation of natural size may be between them: as large as what
/// values near x are off, or as what is lost where f is rounded to numbers of some 1.
inline void note_hidden(Line& line, const LineScale& scale, const std::vector<double>& centre,
                        Row<Slope>& slopes) {
  constexpr double fastest = 64;  // radians in 1
  const auto may_hide = [&](const Slope& s) {
    return scale.finest >= 0x1p-8 * scale.unit || s.step >= 0x1p+20 * scale.unit;
  };
  bool any = false;
  for (const Slope& s : slopes) any = any || may_hide(s);
  if (!any) return;
  Nearest nearest(line, scale, centre);
  for (std::size_t o = 0; o < slopes.size(); ++o) {
    if (!may_hide(slopes[o])) continue;
    const double rounding = 4 * scale.precision * std::fabs(centre[o]);
    const double off = nearest.off(o, slopes[o].value);
    if (off > rounding && !nearest.are_few(o)) slopes[o].hidden = off * fastest / scale.unit;
    if (scale.finest >= 0.25 * scale.unit && rounding >= 0.25)
      slopes[o].lost = std::fmin(64.0, rounding) * fastest / scale.unit;
  }
}

}  // namespace tapegrad::gradtest::detail
