// erf and erfc for SIMD batches, right over the whole range. docs/accuracy.md has the error of
// each. As in elementary.hpp nothing is fused: the bits are the same on every instruction set.
// Those of float64 are the C library's: the same formulas take as long, and are off by more.
#pragma once

#include <array>
#include <cmath>
#include <concepts>
#include <xsimd/xsimd.hpp>

#include "kernels/elementary.hpp"
#include "kernels/lanes.hpp"

namespace tapegrad::kernels {

template <class T>
struct ErrorFunction;

template <>
struct ErrorFunction<float> {
  // erfc vanishes before.
  static constexpr float last = 10.5F;
  // A product with it is what splits a number into halves of its digits.
  static constexpr float split = 0x1p12F + 1;
  static constexpr std::array erf{1.28379166e-1F, -3.76126271e-1F, 1.12836002e-1F, -2.68544449e-2F,
                                  5.18953582e-3F, -8.02084528e-4F, 7.88913209e-5F};
  // The constant, and the rest from q upwards.
  static constexpr float erfc_at_2 = 1.02158271e+0F;
  static constexpr std::array erfc{-6.87160633e-1F, 2.79471675e-1F, -3.64444250e-2F,
                                   -2.15005091e-2F, 6.50135172e-3F, 3.00393629e-3F,
                                   -8.93871151e-4F, -3.97877564e-4F};
};

/// e^(-x^2 - more), with what the square loses to rounding; `more` is small. Source: Dekker (1971).
template <std::floating_point T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> exp_of_minus_square(
    const xsimd::batch<T, A>& x, const xsimd::batch<T, A>& more) {
  using V = xsimd::batch<T, A>;
  const V square = x * x;
  const V spread = x * V(ErrorFunction<T>::split);
  const V high = spread - (spread - x);
  const V low = x - high;
  const V lost = ((high * high - square) + V(T(2)) * (high * low)) + (low * low + more);
  if (!xsimd::all(square <= V(Formulas<T>::exp_normal))) [[unlikely]] {
    return far_exp(V(-square), V(-lost));
  }
  return normal_exp(V(-square), V(-lost));
}

/// erfc(x) for x from 0.8 to `last`. What x + 2 loses to rounding is put back by the exponential.
template <std::floating_point T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> tail_of_erfc(const xsimd::batch<T, A>& x) {
  using V = xsimd::batch<T, A>;
  using F = ErrorFunction<T>;
  const V middle(T(2));
  const V sum = x + middle;
  const V lost = xsimd::min(x, middle) - (sum - xsimd::max(x, middle));
  const V q = (x - middle) / sum;
  const V power = exp_of_minus_square(x, V(lost / sum));
  return power * (V(F::erfc_at_2) + q * polynomial<F::erfc>(q)) / sum;
}

/// erf(x), or erfc(x) as its complement, from 0.8 on by the exponential. Not inline: a loop pays
/// for the call less than the library for copies.
template <std::floating_point T, class A>
[[gnu::noinline]] xsimd::batch<T, A> error_function(xsimd::batch<T, A> x, bool complement) {
  using V = xsimd::batch<T, A>;
  using F = ErrorFunction<T>;
  const V one(T(1));
  const V sign = x & V(-T(0));
  const V size = x ^ sign;
  const V near = (size + size * polynomial<F::erf>(V(size * size))) ^ sign;
  // min gives its second argument where that is NaN.
  const V tail = tail_of_erfc(V(xsimd::min(V(F::last), size)));
  if (!complement) return xsimd::select(size < one, near, (one - tail) ^ sign);
  const V far = xsimd::select(x < V(T(0)), V(T(2)) - tail, tail);
  return xsimd::select(size < V(T(0.8)), one - near, far);
}

template <std::floating_point T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> erf(const xsimd::batch<T, A>& x) {
  if constexpr (std::same_as<T, float>) {
    return error_function(x, false);
  } else {
    return lane_by_lane(
        x, +[](T v) { return std::erf(v); });
  }
}

template <std::floating_point T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> erfc(const xsimd::batch<T, A>& x) {
  if constexpr (std::same_as<T, float>) {
    return error_function(x, true);
  } else {
    return lane_by_lane(
        x, +[](T v) { return std::erfc(v); });
  }
}

}  // namespace tapegrad::kernels
