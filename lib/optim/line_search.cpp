#include "optim/line_search.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace tapegrad::optim {
namespace {

constexpr double decrease = 1e-4;   // of the value, as a part of what the slope promised
constexpr double curvature = 0.9;   // what may be left of the slope
constexpr double narrowest = 1e-9;  // a bracket that isn't worth another trial

/// Where the cubic through both points is least, within bounds.
double cubic_minimum(const Trial& a, const Trial& b, double least, double most) {
  const double d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.t - b.t);
  const double square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (least + most) / 2;
  const double d2 = std::sqrt(square);
  const Trial& left = a.t <= b.t ? a : b;
  const Trial& right = a.t <= b.t ? b : a;
  const double part = (right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2);
  return std::min(std::max(right.t - (right.t - left.t) * part, least), most);
}

class Wolfe {
 public:
  Wolfe(const std::function<Trial(double)>& at, const Trial& start, std::int64_t most)
      : at_(at), start_(start), most_(most) {}

  Found search(double t, double size) {
    Trial now = evaluate(t);
    if (!enclose(now)) return {now, evaluations_};
    return {narrow(size), evaluations_};
  }

 private:
  Trial evaluate(double t) {
    ++evaluations_;
    return at_(t);
  }
  bool rises(const Trial& now) const {
    return now.value > start_.value + decrease * now.t * start_.slope;
  }
  bool is_flat(const Trial& now) const { return std::abs(now.slope) <= -curvature * start_.slope; }
  std::size_t lower() const { return bracket_[0].value <= bracket_[1].value ? 0 : 1; }

  /// Goes on until two points have a good one between them; false if `now` is one.
  bool enclose(Trial& now) {
    Trial before = start_;
    for (; steps_ < most_; ++steps_) {
      bracket_ = {before, now};
      if (rises(now) || (steps_ > 1 && now.value >= before.value)) return true;
      if (is_flat(now)) return false;
      if (now.slope >= 0) return true;
      const double t = cubic_minimum(before, now, now.t + 0.01 * (now.t - before.t), now.t * 10);
      before = now;
      now = evaluate(t);
    }
    bracket_ = {start_, now};
    return true;
  }

  /// A trial that is too close to an end twice, or at one, goes a tenth of the bracket inwards.
  double inwards(double t, double least, double most, bool& was_close) const {
    const double margin = 0.1 * (most - least);
    const bool close = std::min(most - t, t - least) < margin;
    const bool moved = close && (was_close || t >= most || t <= least);
    was_close = close && !moved;
    if (!moved) return t;
    return std::abs(t - most) < std::abs(t - least) ? most - margin : least + margin;
  }

  Trial narrow(double size) {
    std::size_t low = lower();
    bool was_close = false;
    for (; steps_ < most_; ++steps_) {
      const auto [least, most] = std::minmax({bracket_[0].t, bracket_[1].t});
      if ((most - least) * size < narrowest) break;
      const double t = cubic_minimum(bracket_[0], bracket_[1], least, most);
      const Trial now = evaluate(inwards(t, least, most, was_close));
      Trial& high = bracket_[1 - low];
      if (rises(now) || now.value >= bracket_[low].value) {
        high = now;
        low = lower();
        continue;
      }
      if (is_flat(now)) return now;
      if (now.slope * (high.t - bracket_[low].t) >= 0) high = bracket_[low];
      bracket_[low] = now;
    }
    return bracket_[low];
  }

  const std::function<Trial(double)>& at_;
  const Trial& start_;
  std::int64_t most_;
  std::int64_t steps_ = 0;
  std::int64_t evaluations_ = 0;
  std::array<Trial, 2> bracket_;
};

}  // namespace

Found strong_wolfe(const std::function<Trial(double)>& at, const Trial& start, double t,
                   double size, std::int64_t most) {
  return Wolfe(at, start, most).search(t, size);
}

}  // namespace tapegrad::optim
