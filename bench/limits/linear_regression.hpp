// A step of linear regression with one feature: gradient of the mean squared error and descent.
#pragma once

#include <cblas.h>

#include "buffer.hpp"

namespace limits {

struct Line {
  Buffer x;
  Buffer y;
  Buffer residual;
  float weight = 0;
  float bias = 0;
  float loss = 0;

  explicit Line(std::int64_t n) : x(random(n)), y(random(n, 2)), residual(zeros(n)) {}

  /// With calls of BLAS where it has one.
  void step_with_blas(float rate) {
    const int n = static_cast<int>(x.size());
    for (int i = 0; i < n; ++i) residual[i] = bias - y[i];
    cblas_saxpy(n, weight, x.data(), 1, residual.data(), 1);
    loss = cblas_sdot(n, residual.data(), 1, residual.data(), 1) / static_cast<float>(n);
    const float pull = cblas_sdot(n, residual.data(), 1, x.data(), 1);
    float sum = 0;
    for (int i = 0; i < n; ++i) sum += residual[i];
    descend(pull, sum, rate);
  }

  /// In one loop, in which nothing is stored.
  void step_fused(float rate) {
    using Batch = xsimd::batch<float>;
    const std::size_t n = x.size();
    Batch pull(0.F), sum(0.F), square(0.F);
    std::size_t i = 0;
    for (; i + Batch::size <= n; i += Batch::size) {
      const Batch in = Batch::load_aligned(x.data() + i);
      const Batch r = in * weight + (bias - Batch::load_aligned(y.data() + i));
      pull = pull + r * in;
      sum = sum + r;
      square = square + r * r;
    }
    float rest_pull = 0, rest_sum = 0, rest_square = 0;
    for (; i < n; ++i) {
      const float r = weight * x[i] + bias - y[i];
      rest_pull += r * x[i];
      rest_sum += r;
      rest_square += r * r;
    }
    loss = (total(square) + rest_square) / static_cast<float>(n);
    descend(total(pull) + rest_pull, total(sum) + rest_sum, rate);
  }

 private:
  static float total(xsimd::batch<float> b) {
    float lanes[xsimd::batch<float>::size];
    b.store_unaligned(lanes);
    float result = 0;
    for (const float lane : lanes) result += lane;
    return result;
  }

  void descend(float pull, float sum, float rate) {
    const float scale = 2 * rate / static_cast<float>(x.size());
    weight -= scale * pull;
    bias -= scale * sum;
  }
};

}  // namespace limits
