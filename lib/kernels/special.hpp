// Functions that the standard library doesn't have, of one number. What float32 asks for is
// computed in float64 and rounded.
#pragma once

#include <concepts>
#include <cstdint>

namespace tapegrad::kernels {

namespace wide {
double erfinv(double x);
double polygamma(std::int64_t n, double x);
double sinc(double x);
double sinc_slope(double x);
double tanhshrink(double x);
}  // namespace wide

template <std::floating_point T>
T erfinv(T x) {
  return static_cast<T>(wide::erfinv(x));
}
/// The derivative of order n of digamma, itself for 0.
template <std::floating_point T>
T polygamma(std::int64_t n, T x) {
  return static_cast<T>(wide::polygamma(n, x));
}
template <std::floating_point T>
T digamma(T x) {
  return polygamma(0, x);
}
/// sin(pi x) / (pi x).
template <std::floating_point T>
T sinc(T x) {
  return static_cast<T>(wide::sinc(x));
}
/// The derivative of sinc.
template <std::floating_point T>
T sinc_slope(T x) {
  return static_cast<T>(wide::sinc_slope(x));
}
/// x - tanh(x).
template <std::floating_point T>
T tanhshrink(T x) {
  return static_cast<T>(wide::tanhshrink(x));
}

}  // namespace tapegrad::kernels
