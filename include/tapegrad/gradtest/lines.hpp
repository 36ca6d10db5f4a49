// The slopes along lines through a point, and what a derivative says of them.
#pragma once

#include <cmath>
#include <cstddef>

#include "tapegrad/gradtest/compare.hpp"
#include "tapegrad/gradtest/nearby.hpp"
#include "tapegrad/gradtest/noise_so_far.hpp"
#include "tapegrad/gradtest/places.hpp"

namespace tapegrad::gradtest::detail {

class Lines {
 public:
  Lines(Problem& problem, const Options& options, const Places& places, Random& random,
        std::size_t& evaluations)
      : problem_(problem),
        options_(options),
        places_(places),
        random_(random),
        evaluations_(evaluations) {}

  Row<Slope> measured(LineOf& line, const Values& x, const Values& direction) {
    return noise_.measured(line, scale_of(problem_.precision, x, direction, options_));
  }

  /// What lines through one point have shown needn't hold at another.
  void move_on() { noise_ = {}; }

  Row<Slope> along(const Values& x, const Values& direction) {
    LineOf line(problem_, x, direction, places_.outputs, evaluations_);
    LineScale scale = scale_of(problem_.precision, x, direction, options_);
    std::size_t moved = 0;
    for (const double d : direction) moved += d != 0;
    if (moved > 1) scale.magnitude = 1;
    Row<Slope> slopes = noise_.measured(line, scale);
    // Inputs of which nothing is known are moved together with others.
    for (Slope& s : slopes) s.hidden = std::fmax(s.hidden, moved > 1 ? s.lost : 0);
    return slopes;
  }

  /// The slope of output o that the derivative says.
  double product(const Values& derivative, std::size_t o, const Values& direction) const {
    double sum = 0;
    for (std::size_t i = 0; i < direction.size(); ++i) {
      if (direction[i] != 0) sum += derivative[o * direction.size() + i] * direction[i];
    }
    return sum;
  }

  /// How far rounding of the derivative's elements may move that.
  double rounding(const Values& derivative, std::size_t o, const Values& direction) const {
    double sum = 0;
    for (std::size_t i = 0; i < direction.size(); ++i)
      sum += std::fabs(derivative[o * direction.size() + i] * direction[i]);
    return std::isfinite(sum) ? 4 * problem_.precision * sum : 0;
  }

  /// The first wrong cell along a direction that moves elements from `from` to `to` alone, by 1 if
  /// it is a single one.
  Cell first_wrong(const Values& derivative, std::size_t from, std::size_t to) {
    Values direction(problem_.x.size(), 0.0);
    for (std::size_t i = from; i < to; ++i)
      direction[i] = to - from == 1 ? 1 : random_step(random_, size_at(problem_.x, i));
    turn_inside(direction, problem_.x, options_);
    const Row<Slope> slopes = along(problem_.x, direction);
    Cell cell;
    for (std::size_t o = 0; o < places_.outputs && cell.verdict != Verdict::wrong; ++o) {
      cell = {.name = places_.cell(o, from),
              .output = o,
              .input = from,
              .given = product(derivative, o, direction),
              .numeric = slopes[o]};
      cell.verdict = verdict_of(cell, options_);
    }
    return cell;
  }

 private:
  Problem& problem_;
  const Options& options_;
  const Places& places_;
  Random& random_;
  std::size_t& evaluations_;
  NoiseSoFar noise_;
};

}  // namespace tapegrad::gradtest::detail
