// The slopes along lines through a point, and what a derivative says of them.
#pragma once

#include <cmath>
#include <cstddef>

#include "tapegrad/gradtest/budget.hpp"
#include "tapegrad/gradtest/compare.hpp"
#include "tapegrad/gradtest/nearby.hpp"
#include "tapegrad/gradtest/noise_so_far.hpp"
#include "tapegrad/gradtest/places.hpp"

namespace tapegrad::gradtest::detail {

/// The slopes of all outputs that a derivative says, and how far its rounding may move them.
struct Given {
  explicit Given(std::size_t outputs) : slopes(outputs, 0.0), rounding(outputs, 0.0) {}

  Values slopes, rounding;
};

/// What two looks at a slope, each at steps of its own, tell together.
inline Slope seen_twice(const Slope& first, const Slope& second) {
  if (second.behaviour != first.behaviour) return unresolved(first, second.value);
  const bool parts = first.behaviour == Behaviour::kink;
  const double apart = parts ? std::fmax(std::fabs(first.above - second.above),
                                         std::fabs(first.below - second.below))
                             : std::fabs(first.value - second.value);
  Slope s = first;
  s.error = std::fmax(first.error, second.error) + apart;
  s.ripple = std::fmax(first.ripple, second.ripple);
  return s;
}

class Lines {
 public:
  Lines(Problem& problem, const Options& options, const Places& places, const Budget& budget,
        Random& random, std::size_t& evaluations)
      : problem_(problem),
        options_(options),
        places_(places),
        budget_(budget),
        random_(random),
        evaluations_(evaluations) {}

  /// What is wrong is looked for beyond the budget.
  LineOf line(const Values& x, const Values& direction) {
    if (is_wrong_) return {problem_, x, direction, places_.outputs, evaluations_};
    return {problem_, x, direction, places_.outputs, evaluations_, budget_.end()};
  }

  /// The slopes along a direction. The first ones that contradict the derivative are looked at
  /// again: values that only seem to converge, do so to another slope at other steps.
  Row<Slope> measured(LineOf& line, const Values& x, const Values& direction, const Given& given) {
    LineScale scale = scale_of(problem_.precision, x, direction, options_);
    std::size_t moved = 0;
    for (const double d : direction) moved += d != 0;
    if (moved > 1) scale.magnitude = 1;
    Row<Slope> slopes = noise_.measured(line, scale);
    for (std::size_t o = 0; o < slopes.size(); ++o) {
      // Inputs of which nothing is known are moved together with others.
      if (moved > 1) slopes[o].hidden = std::fmax(slopes[o].hidden, slopes[o].lost);
      slopes[o].error += given.rounding[o];
    }
    if (!is_wrong_ && !line.is_cut) look_again(line, scale, given, slopes);
    for (Slope& s : slopes) {
      if (line.is_cut) s = unresolved({}, nan);
      s.cut = line.is_cut;
    }
    return slopes;
  }

  /// What lines through one point have shown needn't hold at another.
  void move_on() { noise_ = {}; }

  Row<Slope> along(const Values& x, const Values& direction, const Given& given) {
    LineOf to = line(x, direction);
    return measured(to, x, direction, given);
  }

  /// What the derivative says of input i.
  Given by_input(const Values& derivative, std::size_t i) const {
    Given given(places_.outputs);
    for (std::size_t o = 0; o < places_.outputs; ++o)
      given.slopes[o] = derivative[o * problem_.x.size() + i];
    return given;
  }

  /// And of a direction.
  Given by_direction(const Values& derivative, const Values& direction) const {
    Given given(places_.outputs);
    const std::size_t n = direction.size();
    for (std::size_t o = 0; o < places_.outputs; ++o) {
      double size = 0;
      for (std::size_t i = 0; i < n; ++i) {
        if (direction[i] == 0) continue;
        const double part = derivative[o * n + i] * direction[i];
        given.slopes[o] += part;
        size += std::fabs(part);
      }
      if (std::isfinite(size)) given.rounding[o] = 4 * problem_.precision * size;
    }
    return given;
  }

  /// The first wrong cell along a direction that moves elements from `from` to `to` alone, by 1 if
  /// it is a single one.
  Cell first_wrong(const Values& derivative, std::size_t from, std::size_t to) {
    Values direction(problem_.x.size(), 0.0);
    for (std::size_t i = from; i < to; ++i)
      direction[i] = to - from == 1 ? 1 : random_step(random_, size_at(problem_.x, i));
    turn_inside(direction, problem_.x, options_);
    const Given given = by_direction(derivative, direction);
    const Row<Slope> slopes = along(problem_.x, direction, given);
    Cell cell;
    for (std::size_t o = 0; o < places_.outputs && cell.verdict != Verdict::wrong; ++o) {
      cell = {.name = places_.cell(o, from),
              .output = o,
              .input = from,
              .given = given.slopes[o],
              .numeric = slopes[o]};
      cell.verdict = verdict_of(cell, options_);
    }
    return cell;
  }

 private:
  bool is_wrong(double given, const Slope& slope) const {
    Cell cell{.name = {}, .given = given, .numeric = slope};
    return verdict_of(cell, options_) == Verdict::wrong;
  }

  /// Off by a million errors: no chance has done that.
  static bool is_clear(double given, const Slope& s) {
    return s.behaviour == Behaviour::smooth && std::fabs(given - s.value) > 1e6 * s.error;
  }

  /// By itself, without what other lines have shown.
  void look_again(LineOf& line, LineScale scale, const Given& given, Row<Slope>& slopes) {
    bool in_doubt = false;
    for (std::size_t o = 0; o < slopes.size() && !is_wrong_; ++o) {
      if (!is_wrong(given.slopes[o], slopes[o])) continue;
      is_wrong_ = is_clear(given.slopes[o], slopes[o]);
      in_doubt = true;
    }
    if (is_wrong_ || !in_doubt) return;
    scale.part = 1.5;
    scale.finest *= 2;
    const Row<Slope> again = measure(line, scale);
    if (line.is_cut) return;
    for (std::size_t o = 0; o < slopes.size(); ++o) {
      if (!is_wrong(given.slopes[o], slopes[o])) continue;
      slopes[o] = seen_twice(slopes[o], again[o]);
      is_wrong_ = is_wrong_ || is_wrong(given.slopes[o], slopes[o]);
    }
  }

  Problem& problem_;
  const Options& options_;
  const Places& places_;
  const Budget& budget_;
  Random& random_;
  std::size_t& evaluations_;
  NoiseSoFar noise_;
  /// Some slope contradicts the derivative, beyond doubt.
  bool is_wrong_ = false;
};

}  // namespace tapegrad::gradtest::detail
