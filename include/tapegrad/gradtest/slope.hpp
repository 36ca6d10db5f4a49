// A slope of a function along a line, as it was measured. How is in measure.hpp.
#pragma once

#include <limits>

namespace tapegrad::gradtest {

namespace detail {

inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();
inline constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace detail

/// How a function behaves around a point, along a line.
enum class Behaviour {
  smooth,      ///< one slope
  kink,        ///< another slope above than below
  unresolved,  ///< another slope at fine steps than at coarse ones
  edge,        ///< defined on one side only: the slope of that side
  jump,        ///< another value above than below
  unbounded,   ///< slopes grow without end as steps shrink
  undefined    ///< not finite at the point, or on both sides of it
};

/// A slope that was measured. The truth is expected within value ± error.
struct Slope {
  double value = detail::nan;
  double error = detail::infinity;
  Behaviour behaviour = Behaviour::undefined;
  /// The slopes of both sides at a kink, those of coarse and of fine steps where they differ; NaN
  /// elsewhere.
  double below = detail::nan;
  double above = detail::nan;
  /// The finest step that the value was made from.
  double step = 0;
  /// How far a value of the function is off by what it adds itself, besides roundoff.
  double noise = 0;
  /// The steepest that the function is, on either side, over the steps that the value was made from
  /// and finer ones.
  double steepest = 0;
  /// The same over all steps.
  double steepest_around = 0;
  /// Slopes up to this are 0 but for rounding, where the function doesn't change but for rounding
  /// over steps that move what is varied by some 1/8; 0 elsewhere.
  double still = 0;
  /// How steep an oscillation may be that values near x show, but no steps resolve; and one that is
  /// lost where they are rounded. 0 where x isn't so large.
  double hidden = 0;
  double lost = 0;
  /// How steep a ripple may be that looks like the noise.
  double ripple = 0;
  /// There were too few evaluations to measure it.
  bool cut = false;
  /// No value that was seen differs from that at the point.
  bool constant = false;
  /// The same of all values nearer than some step.
  bool flat = false;
};

}  // namespace tapegrad::gradtest
