// What some lines through a function have shown of its noise, for the others.
#pragma once

#include <cmath>
#include <cstddef>

#include "tapegrad/gradtest/compare.hpp"
#include "tapegrad/gradtest/measure.hpp"

namespace tapegrad::gradtest::detail {

class NoiseSoFar {
 public:
  /// The slopes of a line, whose noise need not be found out again.
  Row<Slope> measured(LineOf& line, LineScale scale) {
    noise_.resize(line.outputs(), 0.0);
    size_.resize(line.outputs(), 0.0);
    scale.noise = noise_.data();
    scale.noise_of = size_.data();
    Row<Slope> slopes = measure(line, scale);
    for (std::size_t o = 0; o < slopes.size(); ++o) {
      if (slopes[o].behaviour != Behaviour::smooth || !(slopes[o].noise > noise_[o])) continue;
      noise_[o] = slopes[o].noise;
      size_[o] = std::fabs(line.centre[o]);
    }
    return slopes;
  }

 private:
  Values noise_, size_;
};

}  // namespace tapegrad::gradtest::detail
