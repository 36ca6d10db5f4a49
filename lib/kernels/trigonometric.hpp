// sin, cos and tan for SIMD batches. docs/accuracy.md has the error of each. As in elementary.hpp
// nothing is fused: the bits are the same on every instruction set.
//
// x = n pi / 2 + r with |r| <= pi / 4, by as many parts of pi / 2 as n, up to `most`, can be
// multiplied with exactly (Cody & Waite 1980). What is larger is rare, and the C library's.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <xsimd/xsimd.hpp>

#include "kernels/elementary.hpp"
#include "kernels/lanes.hpp"

namespace tapegrad::kernels {

template <class T>
struct Angles;

template <>
struct Angles<float> {
  static constexpr float most = 0x1p13F;
  // x less n times the first `exact` parts needs no rounding.
  static constexpr std::size_t exact = 2;
  static constexpr std::array part{0x1.92p+0F, 0x1.fb8p-12F, -0x1.5ep-23F, 0x1.0b8p-34F,
                                   -0x1.cf72cep-45F};
  static constexpr std::array sin{-1.66666549e-1F, 8.33217796e-3F, -1.95172728e-4F};
  static constexpr std::array cos{4.16666469e-2F, -1.38873673e-3F, 2.44384233e-5F};
  static constexpr std::array tan{3.33333514e-1F, 1.33326097e-1F, 5.40655723e-2F, 2.12547908e-2F,
                                  1.09028683e-2F, 8.83836996e-6F, 4.41423372e-3F};
};

template <>
struct Angles<double> {
  static constexpr double most = 0x1p20;
  static constexpr std::size_t exact = 1;
  static constexpr std::array part{0x1.921fb544p+0, 0x1.0b4611a6p-34, 0x1.3198a2ep-69,
                                   0x1.b839a252049c1p-104};
  static constexpr std::array sin{-1.6666666666666632e-1, 8.3333333333224200e-3,
                                  -1.9841269829813200e-4, 2.7557313693876214e-6,
                                  -2.5050758434425898e-8, 1.5896814827343612e-10};
  static constexpr std::array cos{4.1666666666666600e-2, -1.3888888888874133e-3,
                                  2.4801587289488011e-5, -2.7557314354089521e-7,
                                  2.0875723521337361e-9, -1.1359661103729141e-11};
  static constexpr std::array tan{
      3.3333333333332715e-1,  1.3333333333422630e-1, 5.3968253923077446e-2,  2.1869489690076144e-2,
      8.8632180846319395e-3,  3.5922983150333531e-3, 1.4547046047651285e-3,  5.9527886210619539e-4,
      2.2177609872082856e-4,  1.3771764756098995e-4, -2.8000336160117770e-5, 9.0880067183301665e-5,
      -4.5619537710409068e-5, 2.1035760045576447e-5};
};

/// n, in the last bits of the result.
template <class V>
[[gnu::always_inline]] inline V quarter_turns(const V& size) {
  using T = typename V::value_type;
  return size * V(T(0.63661977236758134308L)) + V(rounding_to_integer<T>());
}

/// r, and in `low` what it has lost to rounding.
template <class V>
[[gnu::always_inline]] inline V rest_of_turns(const V& size, const V& turns, V& low) {
  using T = typename V::value_type;
  using F = Angles<T>;
  const V n = turns - V(rounding_to_integer<T>());
  V u = size;
  for (std::size_t k = 0; k < F::exact; ++k) u = u - n * V(F::part[k]);
  // Each difference is exact, or so large that what is lost fits into a number.
  const V second = n * V(F::part[F::exact]);
  const V v = u - second;
  const V third = n * V(F::part[F::exact + 1]);
  const V w = v - third;
  const V lost = (((u - v) - second) + ((v - w) - third)) - n * V(F::part[F::exact + 2]);
  const V r = w + lost;
  low = (w - r) + lost;
  return r;
}

template <class V>
[[gnu::always_inline]] inline V sin_of_rest(const V& r, const V& low) {
  using T = typename V::value_type;
  const V z = r * r;
  return r + ((low - low * (V(T(0.5)) * z)) + r * z * polynomial<Angles<T>::sin>(z));
}

template <class V>
[[gnu::always_inline]] inline V cos_of_rest(const V& r, const V& low) {
  using T = typename V::value_type;
  const V one(T(1));
  const V z = r * r;
  const V half = V(T(0.5)) * z;
  const V most = one - half;
  return most + (((one - most) - half) + (z * z * polynomial<Angles<T>::cos>(z) - r * low));
}

/// `odd` where n, in the last bits, is odd, else `even`.
template <class T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> by_parity(const BitsOf<T, A>& n,
                                                           const xsimd::batch<T, A>& odd,
                                                           const xsimd::batch<T, A>& even) {
  using I = BitsOf<T, A>;
  using Bits = typename Formulas<T>::Bits;
  const I mask = I(Bits(0)) - (n & I(Bits(1)));
  return even ^ ((even ^ odd) & std::bit_cast<xsimd::batch<T, A>>(mask));
}

/// The bit before the last one of n, as a sign.
template <class T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> sign_of_half_turn(const BitsOf<T, A>& n) {
  using V = xsimd::batch<T, A>;
  return std::bit_cast<V>(BitsOf<T, A>(n << (8 * static_cast<int>(sizeof(T)) - 2))) & V(-T(0));
}

/// The sine and cosine of t turns, for t from 0 to 1.
template <class V>
[[gnu::always_inline]] inline void sine_and_cosine_of_turns(const V& t, V& sine, V& cosine) {
  using T = typename V::value_type;
  using A = typename V::arch_type;
  using Bits = typename Formulas<T>::Bits;
  const V rounding(rounding_to_integer<T>());
  const V quarters = V(T(4)) * t;
  const V turns = quarters + rounding;
  const V r = (quarters - (turns - rounding)) * V(T(1.57079632679489661923L));
  const V zero(T(0));
  const V s = sin_of_rest(r, zero);
  const V c = cos_of_rest(r, zero);
  const auto n = bits_of(turns);
  sine = by_parity<T, A>(n, c, s) ^ sign_of_half_turn<T, A>(n);
  cosine = by_parity<T, A>(n, s, c) ^ sign_of_half_turn<T, A>(n + BitsOf<T, A>(Bits(1)));
}

/// y, or f(x) where x is too large for it.
template <std::floating_point T, class A>
[[gnu::noinline]] xsimd::batch<T, A> far_angles(xsimd::batch<T, A> x, xsimd::batch<T, A> y,
                                                T (*f)(T)) {
  return xsimd::select(x <= xsimd::batch<T, A>(Angles<T>::most), y, lane_by_lane(x, f));
}

/// The sine, or for a quadrant of 1 the cosine, of |x|. Not inline: a loop pays for the call less
/// than the library for its copies.
template <std::floating_point T, class A>
[[gnu::noinline]] xsimd::batch<T, A> sine_of_size(xsimd::batch<T, A> size, int quadrant) {
  using V = xsimd::batch<T, A>;
  using I = BitsOf<T, A>;
  using Bits = typename Formulas<T>::Bits;
  const V turns = quarter_turns(size);
  V low;
  const V r = rest_of_turns(size, turns, low);
  const I n = bits_of(turns) + I(static_cast<Bits>(quadrant));
  const V y =
      by_parity<T, A>(n, cos_of_rest(r, low), sin_of_rest(r, low)) ^ sign_of_half_turn<T, A>(n);
  if (!xsimd::all(size <= V(Angles<T>::most))) [[unlikely]] {
    return far_angles(
        size, y,
        quadrant == 0 ? +[](T v) { return std::sin(v); } : +[](T v) { return std::cos(v); });
  }
  return y;
}

template <std::floating_point T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> sin(const xsimd::batch<T, A>& x) {
  const xsimd::batch<T, A> sign = x & xsimd::batch<T, A>(-T(0));
  return sine_of_size(x ^ sign, 0) ^ sign;
}

template <std::floating_point T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> cos(const xsimd::batch<T, A>& x) {
  return sine_of_size(xsimd::abs(x), 1);
}

/// tan(r), or -1 / tan(r) where n is odd. Not inline either.
template <std::floating_point T, class A>
[[gnu::noinline]] xsimd::batch<T, A> tangent_of(xsimd::batch<T, A> x) {
  using V = xsimd::batch<T, A>;
  const V sign = x & V(-T(0));
  const V size = x ^ sign;
  const V turns = quarter_turns(size);
  V low;
  const V r = rest_of_turns(size, turns, low);
  const V z = r * r;
  const V rest = r * z * polynomial<Angles<T>::tan>(z);
  const V most = r + rest;
  const V y = r + (rest + (low + low * (most * most)));
  const auto n = bits_of(turns);
  const V one(T(1));
  const V result = by_parity<T, A>(n, -one, y) / by_parity<T, A>(n, y, one);
  if (!xsimd::all(size <= V(Angles<T>::most))) [[unlikely]] {
    return far_angles(
               size, result, +[](T v) { return std::tan(v); }) ^
           sign;
  }
  return result ^ sign;
}

template <std::floating_point T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> tan(const xsimd::batch<T, A>& x) {
  return tangent_of(x);
}

}  // namespace tapegrad::kernels
