// atan and atan2 for SIMD batches, right for signed zeros, infinities and NaN. docs/accuracy.md has
// the error of each. Nothing is fused: the bits are the same on every instruction set.
#pragma once

#include <array>
#include <concepts>
#include <limits>
#include <xsimd/xsimd.hpp>

#include "kernels/polynomial.hpp"

namespace tapegrad::kernels {

template <class T>
struct Arctangent;

template <>
struct Arctangent<float> {
  // The number nearest to pi, and what it lacks.
  static constexpr float pi_high = 0x1.921fb6p+1F;
  static constexpr float pi_low = -0x1.777a5cp-24F;
  static constexpr std::array atan{-3.33331670e-1F, 1.99941370e-1F,  -1.42142076e-1F,
                                   1.06789335e-1F,  -7.58056264e-2F, 4.35533467e-2F,
                                   -1.65810607e-2F, 2.97455862e-3F};
};

template <>
struct Arctangent<double> {
  static constexpr double pi_high = 0x1.921fb54442d18p+1;
  static constexpr double pi_low = 0x1.1a62633145c07p-53;
  static constexpr std::array atan{
      -3.3333333333331994e-1, 1.9999999999774837e-1, -1.4285714272356528e-1, 1.1111110705590030e-1,
      -9.0909016586856703e-2, 7.6922173262131251e-2, -6.6658922254095210e-2, 5.8774753598242522e-2,
      -5.2398896445167109e-2, 4.6758996832494385e-2, -4.0970730120967465e-2, 3.4145358108377234e-2,
      -2.5930840914782369e-2, 1.7084168609526705e-2, -9.2653683173796955e-3, 3.9004342364433931e-3,
      -1.1807631049999429e-3, 2.2684768317004964e-4, -2.0662185452210585e-5};
};

/// The angle of (b, a), atan2(a, b). Of the smaller size by the larger it is at most pi / 4, a
/// polynomial; where the point really lies adds that to a multiple of pi / 2, or takes it away. Not
/// inline: a loop pays for the call less than the library for copies.
template <std::floating_point T, class A>
[[gnu::noinline]] xsimd::batch<T, A> angle_of(xsimd::batch<T, A> a, xsimd::batch<T, A> b) {
  using V = xsimd::batch<T, A>;
  using F = Arctangent<T>;
  const V minus(-T(0));
  const V zero(T(0));
  const V high = a & ~minus;
  const V wide = b & ~minus;
  const auto steep = high > wide;
  const V less = xsimd::select(steep, wide, high);
  const V more = xsimd::select(steep, high, wide);
  // Of two infinities it is 1, of two zeros 0.
  const V infinity(std::numeric_limits<T>::infinity());
  const V top = xsimd::select(less == infinity, V(T(1)), less);
  const V bottom = xsimd::select(less == infinity, V(T(1)), more);
  const V t = top / xsimd::select(more == zero, V(T(1)), bottom);
  const V z = t * t;
  const V angle = t + t * (z * polynomial<F::atan>(z));
  const V back = b & minus;
  const V turned = angle ^ (xsimd::select(steep, minus, zero) ^ back);
  // Half of pi or of nothing; a negative b has the sign bit that tells it from 0.
  const V behind = xsimd::select((back | V(T(1))) < zero, V(T(1)), zero);
  const V half_turns = xsimd::select(steep, V(T(0.5)), behind);
  const V y = half_turns * V(F::pi_high) + (turned + half_turns * V(F::pi_low));
  return xsimd::select((a == a) & (b == b), y ^ (a & minus), a + b);
}

template <std::floating_point T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> atan2(const xsimd::batch<T, A>& a,
                                                       const xsimd::batch<T, A>& b) {
  return angle_of(a, b);
}

template <std::floating_point T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> atan(const xsimd::batch<T, A>& x) {
  return angle_of(x, xsimd::batch<T, A>(T(1)));
}

}  // namespace tapegrad::kernels
