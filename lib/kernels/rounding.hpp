// floor, ceil, trunc, round (half to even) and remainders of floating-point numbers, for scalars
// and batches. All are exact, so that every instruction set gives the same bits.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <xsimd/xsimd.hpp>

namespace tapegrad::kernels {

template <std::floating_point T>
T floor(T x) {
  return std::floor(x);
}
template <std::floating_point T>
T ceil(T x) {
  return std::ceil(x);
}
template <std::floating_point T>
T trunc(T x) {
  return std::trunc(x);
}
template <std::floating_point T>
T round(T x) {
  return std::nearbyint(x);
}

/// From here on a number is whole. Added to a smaller one it leaves no fraction.
template <std::floating_point T>
inline constexpr T all_whole = T(std::int64_t{1} << (std::numeric_limits<T>::digits - 1));

// Like those of elementary.hpp these are more constrained than xsimd's, of which some lose the sign
// of a zero. The results have the sign of x, zeros too; infinities and NaN stay.

template <std::floating_point T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> round(const xsimd::batch<T, A>& x) {
  using V = xsimd::batch<T, A>;
  const V sign = x & V(-T(0));
  const V size = x ^ sign;
  const V whole = (size + V(all_whole<T>)) - V(all_whole<T>);
  return xsimd::select(size < V(all_whole<T>), whole, size) | sign;
}
template <std::floating_point T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> trunc(const xsimd::batch<T, A>& x) {
  using V = xsimd::batch<T, A>;
  const V sign = x & V(-T(0));
  const V size = x ^ sign;
  const V whole = round(size);
  return xsimd::select(whole > size, whole - V(T(1)), whole) | sign;
}
template <std::floating_point T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> floor(const xsimd::batch<T, A>& x) {
  using V = xsimd::batch<T, A>;
  const V whole = round(x);
  return xsimd::select(whole > x, whole - V(T(1)), whole);
}
template <std::floating_point T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> ceil(const xsimd::batch<T, A>& x) {
  using V = xsimd::batch<T, A>;
  const V whole = round(x);
  return xsimd::select(whole < x, whole + V(T(1)), whole) | (x & V(-T(0)));
}

/// std::fmod(), which takes long where the numbers differ much. Of two floats whose quotient
/// is moderate the whole part's multiple is exact in double, and so is what is left; the whole part
/// may be one too large where the quotient was rounded.
inline double fmod(double x, double y) { return std::fmod(x, y); }
[[gnu::noinline]] inline float fmod(float x, float y) {
  const double a = x, b = y, quotient = a / b;
  if (!(std::abs(quotient) < 0x1p28) || !(std::abs(y) <= std::numeric_limits<float>::max())) {
    return std::fmod(x, y);
  }
  double rest = a - static_cast<double>(static_cast<std::int64_t>(quotient)) * b;
  if (rest != 0 && (rest < 0) != (a < 0)) rest += (b < 0) == (a < 0) ? b : -b;
  return std::copysign(static_cast<float>(rest), x);
}

}  // namespace tapegrad::kernels
