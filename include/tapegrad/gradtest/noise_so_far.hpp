// What some lines through a function have shown of its noise and of steps, for the others.
#pragma once

#include <cmath>
#include <cstddef>

#include "tapegrad/gradtest/measure.hpp"
#include "tapegrad/gradtest/problem.hpp"

namespace tapegrad::gradtest::detail {

class NoiseSoFar {
 public:
  /// The slopes of a line, whose noise need not be found out again.
  Row<Slope> measured(Line& line, LineScale scale) {
    if (noise_.empty()) noise_ = Values(line.outputs(), 0.0);
    scale.noise = &noise_;
    scale.prefers_usual = prefers_usual_;
    Row<Slope> slopes = measure(line, scale);
    double coarsest = 0;
    for (const Slope& s : slopes) coarsest = std::fmax(coarsest, s.step);
    prefers_usual_ = coarsest <= 0.25 * scale.unit;
    for (std::size_t o = 0; o < slopes.size(); ++o) {
      // Beside what isn't known well either it may be another thing, as the jumps of sign(x).
      const bool is_known = slopes[o].behaviour == Behaviour::smooth && !slopes[o].flat &&
                            slopes[o].error <= 0.01 * slopes[o].steepest_around;
      if (is_known) noise_[o] = std::fmax(noise_[o], slopes[o].noise);
    }
    return slopes;
  }

 private:
  Values noise_;
  bool prefers_usual_ = false;
};

}  // namespace tapegrad::gradtest::detail
