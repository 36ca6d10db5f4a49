// The update rules of optimizers, each for a batch of elements: update(numbers, x, g, memories...)
// changes x and what is remembered of it. Numbers are rounded to the elements' type where they meet
// them. The loops are in step.cpp; long rules are inlined there by force, because a call for each
// batch takes three times as long.
#pragma once

#include <cstddef>
#include <tuple>

#include "kernels/simd.hpp"
#include "kernels/step.hpp"

namespace tapegrad::kernels {

template <class V>
V direction(const Pull& pull, const V& x, const V& g) {
  const V d = pull.maximize ? V(-g) : g;
  return pull.weight_decay != 0 ? V(d + constant(x, pull.weight_decay) * x) : d;
}

/// The running mean of d, of which `keep` stays.
template <class V>
V running(double keep, const V& mean, const V& d) {
  return constant(d, keep) * mean + constant(d, 1 - keep) * d;
}
template <class V>
V running_square(double keep, const V& mean, const V& d) {
  return constant(d, keep) * mean + constant(d, 1 - keep) * d * d;
}

/// -1, 0 or 1; NaN stays.
template <class V>
V sign_of(const V& d) {
  const V zero = constant(d, 0);
  return where(d > zero, constant(d, 1), where(d < zero, constant(d, -1), d));
}

template <class V>
void update(const SgdStep& s, V& x, const V& g) {
  x = x - constant(x, s.lr) * direction(s.pull, x, g);
}

template <class V>
void update(const MomentumStep& s, V& x, const V& g, V& momentum) {
  const V d = direction(s.pull, x, g);
  const V keep = constant(d, s.momentum);
  momentum = keep * momentum + constant(d, s.take) * d;
  x = x - constant(x, s.lr) * (s.nesterov ? V(d + keep * momentum) : momentum);
}

/// `largest` gives the mean square that the step divides by.
template <class V, class Largest>
[[gnu::always_inline]] inline void update_adam(const AdamStep& s, V& x, const V& g, V& mean,
                                               V& square, const Largest& largest) {
  const V d = direction(s.pull, x, g);
  mean = running(s.beta1, mean, d);
  square = running_square(s.beta2, square, d);
  const V scale = sqrt(largest(square)) + constant(x, s.eps);
  x = constant(x, s.shrink) * x - constant(x, s.step_size) * mean / scale;
}

template <class V>
[[gnu::always_inline]] inline void update(const AdamStep& s, V& x, const V& g, V& mean, V& square) {
  update_adam(s, x, g, mean, square, [](const V& now) { return now; });
}

template <class V>
[[gnu::always_inline]] inline void update(const AmsgradStep& s, V& x, const V& g, V& mean,
                                          V& square, V& most) {
  update_adam(s, x, g, mean, square, [&](const V& now) { return most = maximum(most, now); });
}

template <class V>
void update(const NAdamStep& s, V& x, const V& g, V& mean, V& square) {
  const V d = direction(s.pull, x, g);
  mean = running(s.beta1, mean, d);
  square = running_square(s.beta2, square, d);
  const V scale = sqrt(square) + constant(x, s.eps);
  const V change = constant(x, s.of_gradient) * d + constant(x, s.of_mean) * mean;
  x = constant(x, s.shrink) * x - change / scale;
}

template <class V>
void update(const RAdamStep& s, V& x, const V& g, V& mean, V& square) {
  const V d = direction(s.pull, x, g);
  mean = running(s.beta1, mean, d);
  square = running_square(s.beta2, square, d);
  const V scale = s.adaptive ? V(sqrt(square) + constant(x, s.eps)) : constant(x, 1);
  x = constant(x, s.shrink) * x - constant(x, s.step_size) * mean / scale;
}

template <class V>
void update(const AdamaxStep& s, V& x, const V& g, V& mean, V& most) {
  const V d = direction(s.pull, x, g);
  mean = running(s.beta1, mean, d);
  most = maximum(V(constant(x, s.beta2) * most), V(abs(d) + constant(x, s.eps)));
  x = x - constant(x, s.step_size) * mean / most;
}

template <class V>
void update(const LionStep& s, V& x, const V& g, V& mean) {
  const V d = direction(s.pull, x, g);
  x = constant(x, s.shrink) * x - constant(x, s.lr) * sign_of(running(s.beta1, mean, d));
  mean = running(s.beta2, mean, d);
}

template <class V>
void update(const AdadeltaStep& s, V& x, const V& g, V& square, V& changes) {
  const V d = direction(s.pull, x, g);
  const V eps = constant(x, s.eps);
  square = running_square(s.rho, square, d);
  const V change = sqrt(V(changes + eps)) / sqrt(V(square + eps)) * d;
  changes = running_square(s.rho, changes, change);
  x = x - constant(x, s.lr) * change;
}

template <class V>
void update(const AdagradStep& s, V& x, const V& g, V& sum) {
  const V d = direction(s.pull, x, g);
  sum = sum + d * d;
  x = x - constant(x, s.step_size) * d / (sqrt(sum) + constant(x, s.eps));
}

template <bool with_momentum, bool centered, class V, class... Rest>
[[gnu::always_inline]] inline void update(const RMSpropStep<with_momentum, centered>& s, V& x,
                                          const V& g, V& square, Rest&... rest) {
  const auto others = std::tie(rest...);
  const V d = direction(s.pull, x, g);
  square = running_square(s.alpha, square, d);
  V spread = square;
  if constexpr (centered) {
    V& mean = std::get<sizeof...(Rest) - 1>(others);
    mean = running(s.alpha, mean, d);
    spread = maximum(V(square - mean * mean), constant(x, 0));
  }
  V change = d / (sqrt(spread) + constant(x, s.eps));
  if constexpr (with_momentum) {
    V& momentum = std::get<0>(others);
    momentum = constant(x, s.momentum) * momentum + change;
    change = momentum;
  }
  x = x - constant(x, s.lr) * change;
}

template <class V>
[[gnu::always_inline]] inline void update(const RpropStep& s, V& x, const V& g, V& before,
                                          V& size) {
  const V d = direction(s.pull, x, g);
  const V zero = constant(x, 0);
  const V agreement = d * before;
  const auto turned = agreement < zero;
  const V factor = where(turned, constant(x, s.eta_minus),
                         where(agreement > zero, constant(x, s.eta_plus), constant(x, 1)));
  size = minimum(maximum(V(size * factor), constant(x, s.smallest)), constant(x, s.largest));
  before = where(turned, zero, d);
  x = x - sign_of(before) * size;
}

}  // namespace tapegrad::kernels
