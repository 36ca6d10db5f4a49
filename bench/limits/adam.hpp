// A step of Adam (Kingma and Ba, 2015) over all parameters: one pass, everything in registers, one
// root and one quotient for each. In batches, because g++ makes half-wide registers of the loop.
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
    ++steps;
    const float unbias = std::sqrt(1 - std::pow(keep_square, static_cast<float>(steps)));
    const float size = rate * unbias / (1 - std::pow(keep_mean, static_cast<float>(steps)));
    const float eps = 1e-8F * unbias;
    in_parts(static_cast<std::int64_t>(mean.size()), pointwise_grain,
             [&](std::int64_t begin, std::int64_t end) {
               std::int64_t i = begin;
               for (; i + width <= end; i += width) part(parameter, gradient, i, size, eps);
               for (; i < end; ++i) one(parameter, gradient, i, size, eps);
             });
  }

 private:
  static constexpr float keep_mean = 0.9F;
  static constexpr float keep_square = 0.999F;

  void part(float* parameter, const float* gradient, std::int64_t i, float size, float eps) {
    const Batch g = Batch::load_unaligned(gradient + i);
    const Batch m = keep_mean * Batch::load_unaligned(&mean[i]) + (1 - keep_mean) * g;
    const Batch v = keep_square * Batch::load_unaligned(&square[i]) + (1 - keep_square) * g * g;
    const Batch p = Batch::load_unaligned(parameter + i) - size * m / (xsimd::sqrt(v) + eps);
    m.store_unaligned(&mean[i]);
    v.store_unaligned(&square[i]);
    p.store_unaligned(parameter + i);
  }
  void one(float* parameter, const float* gradient, std::int64_t i, float size, float eps) {
    const float g = gradient[i];
    mean[i] = keep_mean * mean[i] + (1 - keep_mean) * g;
    square[i] = keep_square * square[i] + (1 - keep_square) * g * g;
    parameter[i] -= size * mean[i] / (std::sqrt(square[i]) + eps);
  }
};

}  // namespace limits
