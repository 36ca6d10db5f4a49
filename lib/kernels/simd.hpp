// The vocabulary in which pointwise operations are written, for scalars and for SIMD batches.
// Tensors have the same names, so that one text serves all three. The functions of elementary.hpp,
// trigonometric.hpp, arctangent.hpp, error_function.hpp, rounding.hpp, standard.hpp and special.hpp
// belong to it.
#pragma once

#include <cmath>
#include <concepts>
#include <limits>
#include <type_traits>
#include <xsimd/xsimd.hpp>

#include "kernels/arctangent.hpp"
#include "kernels/elementary.hpp"
#include "kernels/error_function.hpp"
#include "kernels/rounding.hpp"
#include "kernels/special.hpp"
#include "kernels/standard.hpp"
#include "kernels/trigonometric.hpp"
#include "kernels/wrap.hpp"

namespace tapegrad::kernels {

template <class T>
using Batch = xsimd::batch<T>;

template <class T>
concept Number = std::is_arithmetic_v<T>;

// ---- scalars ----

// A number alone goes through a batch, so that a value has one set of bits wherever it lies.
template <std::floating_point T>
T exp(T x) {
  return exp(Batch<T>(x)).get(0);
}
template <std::floating_point T>
T exp_of_minus_size(T x) {
  return exp_of_minus_size(Batch<T>(x)).get(0);
}
template <std::floating_point T>
T log(T x) {
  return log(Batch<T>(x)).get(0);
}
template <std::floating_point T>
T log1p(T x) {
  return log1p(Batch<T>(x)).get(0);
}
template <std::floating_point T>
T tanh(T x) {
  return tanh(Batch<T>(x)).get(0);
}
template <std::floating_point T>
T expm1(T x) {
  return expm1(Batch<T>(x)).get(0);
}
template <std::floating_point T>
T sin(T x) {
  return sin(Batch<T>(x)).get(0);
}
template <std::floating_point T>
T cos(T x) {
  return cos(Batch<T>(x)).get(0);
}
template <std::floating_point T>
T tan(T x) {
  return tan(Batch<T>(x)).get(0);
}
template <std::floating_point T>
T atan(T x) {
  return atan(Batch<T>(x)).get(0);
}
template <std::floating_point T>
T erf(T x) {
  return erf(Batch<T>(x)).get(0);
}
template <std::floating_point T>
T erfc(T x) {
  return erfc(Batch<T>(x)).get(0);
}
template <std::floating_point T>
T atan2(T a, T b) {
  return atan2(Batch<T>(a), Batch<T>(b)).get(0);
}
template <std::floating_point T>
T sqrt(T x) {
  return std::sqrt(x);
}
template <std::floating_point T>
T pow(T x, T y) {
  return std::pow(x, y);
}
template <Number T>
T abs(T x) {
  if constexpr (std::unsigned_integral<T>) {
    return x;
  } else {
    // The least integer has no positive counterpart and stays.
    if constexpr (std::is_integral_v<T>) return x < 0 ? static_cast<T>(0 - Unsigned<T>(x)) : x;
    return static_cast<T>(std::abs(x));
  }
}
template <Number T>
T where(bool condition, T a, T b) {
  return condition ? a : b;
}
/// Whether a condition holds anywhere in a batch; xsimd has it for those.
inline bool any(bool condition) { return condition; }
template <Number T>
bool is_nan(T x) {
  return x != x;
}
/// NaN if either is.
template <Number T>
T maximum(T a, T b) {
  return is_nan(a) || a > b ? a : b;
}
template <Number T>
T minimum(T a, T b) {
  return is_nan(a) || a < b ? a : b;
}
/// `value` in the type of `x`; integers saturate, so that an infinite limit is no limit.
template <Number T>
T constant(T, double value) {
  if constexpr (std::is_integral_v<T>) {
    if (value >= static_cast<double>(std::numeric_limits<T>::max())) {
      return std::numeric_limits<T>::max();
    }
    if (value <= static_cast<double>(std::numeric_limits<T>::min())) {
      return std::numeric_limits<T>::min();
    }
  }
  return static_cast<T>(value);
}

// ---- batches: what xsimd calls otherwise ----

template <class T, class A>
xsimd::batch<T, A> where(const xsimd::batch_bool<T, A>& condition, const xsimd::batch<T, A>& a,
                         const xsimd::batch<T, A>& b) {
  return xsimd::select(condition, a, b);
}
// Before version 9 xsimd's != is false for NaN where AVX compares.
template <class T, class A>
xsimd::batch_bool<T, A> is_nan(const xsimd::batch<T, A>& x) {
  return !(x == x);
}
// xsimd's max and min give their second argument where either is NaN. One comparison and no other:
// where AVX-512 compares, joining two results costs more than the rest.
template <class T, class A>
xsimd::batch<T, A> maximum(const xsimd::batch<T, A>& a, const xsimd::batch<T, A>& b) {
  return xsimd::select(a == a, xsimd::max(a, b), a);
}
template <class T, class A>
xsimd::batch<T, A> minimum(const xsimd::batch<T, A>& a, const xsimd::batch<T, A>& b) {
  return xsimd::select(a == a, xsimd::min(a, b), a);
}
template <class T, class A>
xsimd::batch<T, A> constant(const xsimd::batch<T, A>&, double value) {
  return xsimd::batch<T, A>(static_cast<T>(value));
}

}  // namespace tapegrad::kernels
