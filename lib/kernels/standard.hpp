// The vocabulary's functions that the standard library has: for numbers alone, without batches.
#pragma once

#include <math.h>  // lgamma_r

#include <cmath>
#include <concepts>

namespace tapegrad::kernels {

template <std::floating_point T>
T exp2(T x) {
  return std::exp2(x);
}
template <std::floating_point T>
T log2(T x) {
  return std::log2(x);
}
template <std::floating_point T>
T log10(T x) {
  return std::log10(x);
}
template <std::floating_point T>
T asin(T x) {
  return std::asin(x);
}
template <std::floating_point T>
T acos(T x) {
  return std::acos(x);
}
template <std::floating_point T>
T sinh(T x) {
  return std::sinh(x);
}
template <std::floating_point T>
T cosh(T x) {
  return std::cosh(x);
}
template <std::floating_point T>
T asinh(T x) {
  return std::asinh(x);
}
template <std::floating_point T>
T acosh(T x) {
  return std::acosh(x);
}
template <std::floating_point T>
T atanh(T x) {
  return std::atanh(x);
}
template <std::floating_point T>
T hypot(T a, T b) {
  return std::hypot(a, b);
}
template <std::floating_point T>
T copysign(T a, T b) {
  return std::copysign(a, b);
}
/// std::lgamma() writes the sign to a variable of all threads.
template <std::floating_point T>
T lgamma(T x) {
  int sign = 0;
  if constexpr (sizeof(T) == sizeof(float)) return ::lgammaf_r(x, &sign);
  if constexpr (sizeof(T) > sizeof(float)) return ::lgamma_r(x, &sign);
}

}  // namespace tapegrad::kernels
