// A function along a line, as the engine sees it, and what is known of it before it is measured.
#pragma once

#include <cfloat>
#include <cmath>
#include <cstddef>
#include <vector>

namespace tapegrad::gradtest {

/// A function of t, with a number of values.
class Line {
 public:
  explicit Line(std::size_t outputs) : outputs_(outputs) {}
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  virtual ~Line() = default;

  std::size_t outputs() const { return outputs_; }
  /// Fills `values`, with NaN where the function can't be evaluated.
  virtual void at(double t, double* values) = 0;

 private:
  std::size_t outputs_;
};

/// What is known of a line before it is measured.
struct LineScale {
  /// The magnitude of what is varied, or 0: steps start from a quarter of it, and of `unit`.
  double magnitude = 0;
  /// The t that moves what is varied by some 1.
  double unit = 1;
  /// Relative rounding of the function's values.
  double precision = DBL_EPSILON;
  /// How far values of each output are off besides, as other lines have shown; null: not known.
  const std::vector<double>* noise = nullptr;
  /// Steps from the magnitude on were far too coarse for other lines.
  bool prefers_usual = false;
  /// Steps start at this part of what is usual.
  double part = 1;
  /// Points at powers of two of t from this on can be represented; 0: all of them.
  double finest = 0;
  /// t stays within these.
  double lowest = -INFINITY;
  double highest = INFINITY;
};

}  // namespace tapegrad::gradtest
