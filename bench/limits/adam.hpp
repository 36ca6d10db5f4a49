// A step of Adam (Kingma and Ba, 2015) over all parameters: one pass, everything in registers.
#pragma once

#include <cmath>

#include "pointwise.hpp"

namespace limits {

struct Adam {
  Buffer mean;
  Buffer square;
  int steps = 0;

  explicit Adam(std::int64_t n) : mean(zeros(n)), square(zeros(n)) {}

  void step(float* parameter, const float* gradient, float rate) {
    constexpr float keep_mean = 0.9F;
    constexpr float keep_square = 0.999F;
    ++steps;
    const float size = rate / (1 - std::pow(keep_mean, static_cast<float>(steps)));
    const float unbias = 1 / std::sqrt(1 - std::pow(keep_square, static_cast<float>(steps)));
    in_parts(static_cast<std::int64_t>(mean.size()), pointwise_grain,
             [&](std::int64_t begin, std::int64_t end) {
               float* __restrict p = parameter;
               float* __restrict m = mean.data();
               float* __restrict v = square.data();
               for (std::int64_t i = begin; i < end; ++i) {
                 const float g = gradient[i];
                 m[i] = keep_mean * m[i] + (1 - keep_mean) * g;
                 v[i] = keep_square * v[i] + (1 - keep_square) * g * g;
                 p[i] -= size * m[i] / (std::sqrt(v[i]) * unbias + 1e-8F);
               }
             });
  }
};

}  // namespace limits
