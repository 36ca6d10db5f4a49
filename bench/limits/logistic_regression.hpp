// A step of logistic regression: binary cross entropy of logits, its gradient, descent. Reading X
// twice, with BLAS as one would write it, or once.
#pragma once

#include <cblas.h>

#include "reduce.hpp"

namespace limits {

struct Logistic {
  std::int64_t points;
  std::int64_t features;
  Buffer x = random(points * features);
  Buffer y = random(points, 2);
  Buffer weight = zeros(features);
  Buffer residual = zeros(points);
  Buffer losses = zeros(points);
  Buffer gradient = zeros(features);
  float bias = 0;
  float loss = 0;

  Logistic(std::int64_t n, std::int64_t f) : points(n), features(f) {}

  void step_in_two_passes(float rate) {
    const int n = static_cast<int>(points), f = static_cast<int>(features);
    std::fill(residual.begin(), residual.end(), bias);
    cblas_sgemv(CblasRowMajor, CblasNoTrans, n, f, 1, x.data(), f, weight.data(), 1, 1,
                residual.data(), 1);
    in_parts(points, pointwise_grain,
             [&](std::int64_t begin, std::int64_t end) { leave_residuals(begin, end); });
    cblas_sgemv(CblasRowMajor, CblasTrans, n, f, 1, x.data(), f, residual.data(), 1, 0,
                gradient.data(), 1);
    descend(rate);
  }

  /// Some rows at a time: their logits, their residuals, their part of the gradient, from the
  /// cache.
  void step_in_one_pass(float rate) {
    constexpr std::int64_t block = 32;
    std::fill(gradient.begin(), gradient.end(), 0.F);
    in_parts(points, 1 + pointwise_grain / features, [&](std::int64_t begin, std::int64_t end) {
      Buffer own = zeros(features);
      for (std::int64_t i = begin; i < end; i += block) {
        const std::int64_t last = std::min(end, i + block);
        for (std::int64_t r = i; r < last; ++r) residual[r] = bias + dot(x.data() + r * features);
        leave_residuals(i, last);
        add_gradient(own.data(), i, last);
      }
#pragma omp critical
      for (std::int64_t j = 0; j < features; ++j) gradient[j] += own[j];
    });
    descend(rate);
  }

 private:
  float dot(const float* row) const {
    Batch running(0.F);
    std::int64_t j = 0;
    for (; j + width <= features; j += width) {
      running = running + Batch::load_unaligned(row + j) * Batch::load_unaligned(weight.data() + j);
    }
    float lanes[width];
    running.store_unaligned(lanes);
    float result = 0;
    for (const float lane : lanes) result += lane;
    for (; j < features; ++j) result += row[j] * weight[j];
    return result;
  }

  /// Four rows at a time, so that the gradient is read and written a quarter as often.
  void add_gradient(float* __restrict own, std::int64_t begin, std::int64_t end) const {
    std::int64_t r = begin;
    for (; r + 4 <= end; r += 4) {
      const float* row = x.data() + r * features;
      const float* g = residual.data() + r;
      for (std::int64_t j = 0; j < features; ++j) {
        own[j] += (g[0] * row[j] + g[1] * row[features + j]) +
                  (g[2] * row[2 * features + j] + g[3] * row[3 * features + j]);
      }
    }
    for (; r < end; ++r) {
      for (std::int64_t j = 0; j < features; ++j) own[j] += residual[r] * x[r * features + j];
    }
  }

  /// The logits in `residual` become sigmoid(z) - y; `losses` gets softplus(z) - y z.
  void leave_residuals(std::int64_t begin, std::int64_t end) {
    std::int64_t i = begin;
    for (; i + width <= end; i += width) {
      const Batch z = Batch::load_unaligned(residual.data() + i);
      const Batch target = Batch::load_unaligned(y.data() + i);
      const Batch e = xsimd::exp(-xsimd::abs(z));
      const Batch q = 1.F / (1.F + e);
      const Batch loss_of = xsimd::max(z, Batch(0.F)) + xsimd::log1p(e) - target * z;
      loss_of.store_unaligned(losses.data() + i);
      (xsimd::select(z >= 0.F, q, e * q) - target).store_unaligned(residual.data() + i);
    }
    for (; i < end; ++i) {
      const float z = residual[i];
      losses[i] = std::max(z, 0.F) + std::log1p(std::exp(-std::abs(z))) - y[i] * z;
      residual[i] = 1 / (1 + std::exp(-z)) - y[i];
    }
  }

  void descend(float rate) {
    const float scale = rate / static_cast<float>(points);
    cblas_saxpy(static_cast<int>(features), -scale, gradient.data(), 1, weight.data(), 1);
    bias -= scale * reduce_part(residual.data(), points, 0, Add{});
    loss = reduce_part(losses.data(), points, 0, Add{}) / static_cast<float>(points);
  }
};

}  // namespace limits
