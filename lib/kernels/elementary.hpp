// exp, expm1, log, log1p and tanh for SIMD batches, right over the whole range: subnormal arguments
// and results, signed zeros, infinities, NaN. docs/accuracy.md has the error of each.
//
// xsimd's own flush where results are subnormal, overflow early and take subnormals for zeros.
// There is no fused multiplication here: the bits are the same on every instruction set.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <xsimd/xsimd.hpp>

#include "kernels/polynomial.hpp"

namespace tapegrad::kernels {

// ---- exp ----

// e^x = 2^n * e^r with |r| <= ln(2) / 2. (Two functions: from a structure of two batches g++ stores
// one to memory.)

/// Added to a number it leaves an integer, and `bias` added to that; the bias is even.
template <class T>
constexpr T rounding_to_integer(int bias = 0) {
  using Bits = typename Formulas<T>::Bits;
  return T(3) * (Bits(1) << (std::numeric_limits<T>::digits - 2)) + static_cast<T>(bias);
}

/// A number whose last bits are n + bias, those of which `rounding`, a number or a batch, has the
/// bias.
template <class V, class R>
[[gnu::always_inline]] inline V power_of(const V& x, const R& rounding) {
  return x * V(typename V::value_type(1.44269504088896340736L)) + V(rounding);
}

/// r, of x and its power_of().
template <class V, class R>
[[gnu::always_inline]] inline V rest_of(const V& x, const V& power, const R& rounding) {
  using F = Formulas<typename V::value_type>;
  const V n = power - V(rounding);
  return (x - n * V(F::ln2_high)) - n * V(F::ln2_low);
}

template <class V>
[[gnu::always_inline]] inline V exp_of_rest(const V& r) {
  using T = typename V::value_type;
  return V(T(1)) + (r + r * r * polynomial<Formulas<T>::exp>(r));
}

/// e^(x + more) where a batch has results, or arguments, that aren't normal numbers; `more` is
/// small. 2^n is the product of two powers of two, since it may lie outside of those. From
/// exp_first down both are 0: a product that underflows would cost some processors a hundred
/// cycles, and -inf is what masks are made of.
template <std::floating_point T, class A>
[[gnu::noinline]] xsimd::batch<T, A> far_exp(xsimd::batch<T, A> x, xsimd::batch<T, A> more) {
  using V = xsimd::batch<T, A>;
  using F = Formulas<T>;
  constexpr int fraction = std::numeric_limits<T>::digits - 1;
  constexpr T rounding = rounding_to_integer<T>(2 * F::bias);
  // These two give their second argument where that is NaN.
  const V limited = xsimd::max(V(F::exp_first), xsimd::min(V(F::exp_last), x));
  const V power = power_of(limited, rounding);
  using I = BitsOf<T, A>;
  const I biased = bits_of(power);  // each half has one bias, as the exponent of a number has
  const I half = biased >> 1;
  return exp_of_rest(V(rest_of(limited, power, rounding) + more)) *
         std::bit_cast<V>(I(half << fraction)) * std::bit_cast<V>(I((biased - half) << fraction));
}

/// e^x, or e^(x + more), as a normal number: n is added to the exponent, and less where `rounding`
/// is.
template <class R, class T, class A, std::same_as<xsimd::batch<T, A>>... V>
[[gnu::always_inline]] inline xsimd::batch<T, A> scaled_exp(const R& rounding,
                                                            const xsimd::batch<T, A>& x,
                                                            const V&... more) {
  using I = BitsOf<T, A>;
  constexpr int fraction = std::numeric_limits<T>::digits - 1;
  const auto power = power_of(x, rounding);
  const auto rest = exp_of_rest((rest_of(x, power, rounding) + ... + more));
  return std::bit_cast<xsimd::batch<T, A>>(I(bits_of(rest) + (bits_of(power) << fraction)));
}

template <class T, class A, std::same_as<xsimd::batch<T, A>>... V>
[[gnu::always_inline]] inline xsimd::batch<T, A> normal_exp(const xsimd::batch<T, A>& x,
                                                            const V&... more) {
  return scaled_exp(rounding_to_integer<T>(), x, more...);
}

/// Like those below it is more constrained than xsimd's, so that a call means this one. Both ways
/// give the same bits where both can go.
template <std::floating_point T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> exp(const xsimd::batch<T, A>& x) {
  using V = xsimd::batch<T, A>;
  if (!xsimd::all(xsimd::abs(x) <= V(Formulas<T>::exp_normal))) [[unlikely]]
    return far_exp(x, V(T(0)));
  return normal_exp(x);
}

/// exp(-|x|)
template <std::floating_point T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> exp_of_minus_size(const xsimd::batch<T, A>& x) {
  using V = xsimd::batch<T, A>;
  const V negative = x | V(-T(0));
  if (!xsimd::all(negative >= V(-Formulas<T>::exp_normal))) [[unlikely]]
    return far_exp(negative, V(T(0)));
  return normal_exp(negative);
}

/// exp(x - shift) for x <= shift, with what the difference loses to rounding: of 100 with float32,
/// 64 units in the last place of the result. Source: Knuth, volume 2, section 4.2.2, theorem B.
template <std::floating_point T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> exp_of_difference(
    const xsimd::batch<T, A>& x, const xsimd::batch<T, A>& shift) {
  using V = xsimd::batch<T, A>;
  const V difference = x - shift;
  const V taken = difference - x;
  const V lost = (x - (difference - taken)) - (shift + taken);
  if (!xsimd::all(difference >= V(-Formulas<T>::exp_normal))) [[unlikely]] {
    // What a result that vanishes has lost may be anything, NaN from an infinite difference.
    const auto counts = difference > V(Formulas<T>::exp_first);
    return far_exp(difference, xsimd::select(counts, lost, V(T(0))));
  }
  return normal_exp(difference, lost);
}

/// (2^n - 1) + 2^n (e^r - 1), of which the first difference is exact or that of a number that has
/// no place for the 1. What else rounds is added last, with what r has lost: where n is 1, the
/// terms cancel. Not inline: a loop pays for the call less than the library for copies.
template <std::floating_point T, class A>
[[gnu::noinline]] xsimd::batch<T, A> power_less_one(xsimd::batch<T, A> x) {
  using V = xsimd::batch<T, A>;
  using F = Formulas<T>;
  using I = BitsOf<T, A>;
  constexpr int fraction = std::numeric_limits<T>::digits - 1;
  constexpr T rounding = rounding_to_integer<T>();
  const V one(T(1));
  const V last(F::exp_normal);
  // These two give their second argument where that is NaN. Far below 0 the result is -1.
  const V limited = xsimd::max(V(-F::exp_normal / 2), xsimd::min(last, x));
  const V power = power_of(limited, rounding);
  const V n = power - V(rounding);
  const V most = limited - n * V(F::ln2_high);
  const V less = n * V(F::ln2_low);
  const V r = most - less;
  const V rest = ((most - r) - less) + r * r * polynomial<F::exp>(r);
  const V scale = std::bit_cast<V>(I(bits_of(one) + (bits_of(power) << fraction)));
  const V whole = scale - one;
  const V part = scale * r;
  const V sum = whole + part;
  const V y = (sum + ((part - (sum - whole)) + scale * rest)) | (x & V(-T(0)));
  if (xsimd::any(x > last)) [[unlikely]]
    return xsimd::select(x > last, far_exp(x, V(T(0))), y);
  return y;
}

template <std::floating_point T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> expm1(const xsimd::batch<T, A>& x) {
  return power_less_one(x);
}

// ---- log ----

// A positive normal number is (1 + f) * 2^n, with 1 + f between the roots of 1/2 and 2.

/// The bits of n where the exponent of a number stands.
template <class T, class A>
[[gnu::always_inline]] inline BitsOf<T, A> exponent_bits(const xsimd::batch<T, A>& u) {
  using I = BitsOf<T, A>;
  using Bits = typename Formulas<T>::Bits;
  constexpr Bits root = std::bit_cast<Bits>(T(0.70710678118654752440L));
  constexpr Bits ones = ~((Bits(1) << (std::numeric_limits<T>::digits - 1)) - 1);
  return (bits_of(u) - I(root)) & I(ones);
}

/// u * 2^-n
template <class T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> scaled_back(const xsimd::batch<T, A>& u,
                                                             const BitsOf<T, A>& n) {
  return std::bit_cast<xsimd::batch<T, A>>(BitsOf<T, A>(bits_of(u) - n));
}

/// The unit of exponent(): an integer of 32 bits becomes a float at once.
template <class T>
constexpr T exponent_unit = std::is_same_v<T, float> ? 0x1p-23F : 1;

template <class T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> exponent(const BitsOf<T, A>& n) {
  using V = xsimd::batch<T, A>;
  using I = BitsOf<T, A>;
  using Bits = typename Formulas<T>::Bits;
  if constexpr (std::is_same_v<T, float>) {
    return xsimd::to_float(std::bit_cast<xsimd::batch<std::int32_t, A>>(n));
  } else {
    // A small integer is the last bits of a power of two.
    constexpr int fraction = std::numeric_limits<T>::digits - 1;
    constexpr T large = T(Bits(1) << fraction);
    const I field = (n + I(std::bit_cast<Bits>(T(1)))) >> fraction;  // n + bias
    return std::bit_cast<V>(I(field | I(std::bit_cast<Bits>(large)))) -
           V(large + Formulas<T>::bias);
  }
}

/// log((1 + f) * 2^n), where e is the exponent(). With s = f / (2 + f) and z = s^2, log(1 + f) =
/// 2 s + s z p(z), and 2 s = f - s f. Written so that f, which is exact, is added last.
template <class V, class T = typename V::value_type>
[[gnu::always_inline]] inline V log_of_parts(const V& f, const V& e) {
  using F = Formulas<T>;
  const V s = f / (V(T(2)) + f);
  const V z = s * s;
  const V half_square = V(T(0.5)) * f * f;
  const V rest =
      s * (half_square + z * polynomial<F::log>(z)) + e * V(F::ln2_low * exponent_unit<T>);
  return e * V(F::ln2_high * exponent_unit<T>) + (f - (half_square - rest));
}

/// log(x) where a batch has arguments that aren't positive normal numbers.
template <std::floating_point T, class A>
[[gnu::noinline]] xsimd::batch<T, A> far_log(xsimd::batch<T, A> x) {
  using V = xsimd::batch<T, A>;
  using Limits = std::numeric_limits<T>;
  const V zero(T(0));
  const auto subnormal = x < V(Limits::min());
  const V u = xsimd::select(subnormal, x * V(2 / Limits::epsilon()), x);
  const V less = xsimd::select(subnormal, V(Limits::digits / exponent_unit<T>), zero);
  const auto n = exponent_bits(u);
  const V y = log_of_parts(V(scaled_back(u, n) - V(T(1))), V(exponent<T, A>(n) - less));
  const V end = xsimd::select(x == zero, V(-Limits::infinity()),
                              xsimd::select(x < zero, V(Limits::quiet_NaN()), x));
  return xsimd::select((x > zero) & (x <= V(Limits::max())), y, end);
}

template <std::floating_point T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> log(const xsimd::batch<T, A>& x) {
  using V = xsimd::batch<T, A>;
  using Limits = std::numeric_limits<T>;
  if (!xsimd::all((x >= V(Limits::min())) & (x <= V(Limits::max())))) [[unlikely]]
    return far_log(x);
  const auto n = exponent_bits(x);
  return log_of_parts(V(scaled_back(x, n) - V(T(1))), exponent<T, A>(n));
}

/// log(u) of u = 1 + x, with what u has lost to rounding.
template <std::floating_point T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> log1p(const xsimd::batch<T, A>& x) {
  using V = xsimd::batch<T, A>;
  const V one(T(1));
  const V u = one + x;
  const V lost = xsimd::min(one, x) - (u - xsimd::max(one, x));
  const auto n = exponent_bits(u);
  const V f = (scaled_back(u, n) - one) + lost * scaled_back(one, n);
  const V sign = x & V(-T(0));
  const V y = log_of_parts(f, exponent<T, A>(n)) | sign;
  const V large(2 / std::numeric_limits<T>::epsilon());
  const auto usual = (x > -one) & (x < large);
  if (xsimd::all(usual)) return y;
  return xsimd::select(usual, y, log(xsimd::select(x < large, u, x)));
}

// ---- tanh ----

/// a + a z p(z) with z = a^2 where a = |x| is small, else 1 - 2 / (e^(2 a) + 1); the sign is x's.
template <std::floating_point T, class A>
[[gnu::always_inline]] inline xsimd::batch<T, A> tanh(const xsimd::batch<T, A>& x) {
  using V = xsimd::batch<T, A>;
  const V sign = x & V(-T(0));
  const V size = x ^ sign;
  const V z = size * size;
  const V small = size + size * (z * polynomial<Formulas<T>::tanh>(z));
  // From some 20 on large is 1.
  const V limited = xsimd::min(V(Formulas<T>::exp_normal), V(size + size));
  const V large = V(T(1)) - V(T(2)) / (normal_exp(limited) + V(T(1)));
  return xsimd::select(size >= V(T(0.625)), large, small) | sign;  // NaN is small
}

}  // namespace tapegrad::kernels
