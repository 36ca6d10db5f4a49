#include "kernels/special.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace tapegrad::kernels::wide {
namespace {

using std::numbers::pi;
constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double epsilon = std::numeric_limits<double>::epsilon();

/// Near erfinv(x) up to a few thousandths. Source: S. Winitzki, "A handy approximation for the
/// error function and its inverse" (2008).
double rough_erfinv(double size) {
  constexpr double a = 0.147;
  const double l = std::log1p(-size) + std::log1p(size);
  const double half = 2 / (pi * a) + l / 2;
  const double root = std::sqrt(half * half - l / a);
  // The difference of root and half, without cancellation where half is positive.
  return std::sqrt(half > 0 ? -l / a / (root + half) : root - half);
}

// ---- the gamma function's relatives ----

/// B(2k) for k = 1, 2, ...
constexpr std::array bernoulli{1.0 / 6,       -1.0 / 30, 1.0 / 42,        -1.0 / 30,    5.0 / 66,
                               -691.0 / 2730, 7.0 / 6,   -3617.0 / 510.0, 43867.0 / 798};

/// Source: Abramowitz and Stegun, 6.3.5 and 6.3.18.
double positive_digamma(double x) {
  double sum = 0;
  for (; x < 10; x += 1) sum -= 1 / x;
  const double square = 1 / (x * x);
  double power = square;
  double series = 0;
  for (std::size_t k = 0; k < 8; ++k, power *= square) {
    series += bernoulli[k] / static_cast<double>(2 * k + 2) * power;
  }
  return sum + (std::log(x) - 0.5 / x - series);
}

double digamma(double x) {
  if (x == 0) return std::copysign(infinite, -x);
  if (x > 0 || std::isnan(x)) return positive_digamma(x);
  const double rest = x - std::nearbyint(x);
  if (rest == 0 || std::isinf(x)) return not_a_number;
  return positive_digamma(1 - x) - pi / std::tan(pi * rest);
}

/// The sum of (unit / (x + k))^s over all k >= 0, x > 0: the first ones, and the others by the
/// formula of Euler and Maclaurin. Source: Abramowitz and Stegun, 23.1.30.
double zeta(double s, double x, double unit = 1) {
  if (std::isinf(x)) return 0;
  double sum = 0;
  for (; x < s + 10; x += 1) {
    const double term = std::pow(x / unit, -s);
    sum += term;
    if (term <= epsilon / 64 * sum) return sum;
  }
  const double last = std::pow(x / unit, -s);
  sum += last * x / (s - 1) + last / 2;
  double factor = s / (2 * x) * last;  // s (s + 1) ... (s + 2k - 2) / (2k)! / x^(s + 2k - 1)
  for (std::size_t k = 0; k < bernoulli.size(); ++k) {
    sum += bernoulli[k] * factor;
    const double order = s + 2 * static_cast<double>(k);
    const double next = 2 * static_cast<double>(k);
    factor *= (order + 1) * (order + 2) / ((next + 3) * (next + 4) * x * x);
  }
  return sum;
}

/// The same for x < 0 and whole s, which is odd or even: the terms on either side of 0.
double zeta_below(double s, double x, bool odd) {
  const double up = std::ceil(-x);
  if (up == -x) return infinite;
  const double far = 1 - x;
  const double terms = zeta(s, -(x + (up - 1))) - zeta(s, far);
  return zeta(s, x + up) + (odd ? -terms : terms);
}

// ---- sinc ----

/// x without the whole turns of pi x: between -1 and 1, exact.
double turned(double x) { return std::remainder(x, 2.0); }

double sin_pi(double x) {
  const double r = turned(x);
  const double size = std::abs(r);
  return std::copysign(std::sin(pi * (size > 0.5 ? 1 - size : size)), r);
}

double cos_pi(double x) {
  const double size = std::abs(turned(x));
  return size > 0.25 && size < 0.75 ? std::sin(pi * (0.5 - size)) : std::cos(pi * size);
}

}  // namespace

/// Halley's method for erf(y) = x, or erfc(y) = 1 - x where that has more digits.
double erfinv(double x) {
  const double size = std::abs(x);
  if (!(size < 1)) return size == 1 ? std::copysign(infinite, x) : not_a_number;
  double y = rough_erfinv(size);
  for (int step = 0; step < 3; ++step) {
    const double off = size < 0.5 ? std::erf(y) - size : (1 - size) - std::erfc(y);
    const double newton = off / (std::numbers::inv_sqrtpi * 2 * std::exp(-y * y));
    y -= newton / (1 + y * newton);
  }
  return std::copysign(y, x);
}

double polygamma(std::int64_t n, double x) {
  if (n == 0) return digamma(x);
  const bool odd = n % 2 != 0;
  const auto order = static_cast<double>(n);
  const double sign = odd ? 1 : -1;
  // The factorial is beyond the range, but perhaps not with what it is multiplied by.
  if (n > 169 && x > 0 && std::isfinite(x)) {
    const double size = std::lgamma(order + 1) - (order + 1) * std::log(x);
    return sign * std::exp(size) * zeta(order + 1, x, x);
  }
  double sum = x != x ? x : infinite;
  if (x > 0) sum = zeta(order + 1, x);
  if (x < 0) sum = zeta_below(order + 1, x, !odd);
  return sign * std::tgamma(order + 1) * sum;
}

double sinc(double x) { return x == 0 ? 1 : sin_pi(x) / (pi * x); }

double sinc_slope(double x) {
  const double z = pi * x;
  if (!(std::abs(z) < 2)) return (cos_pi(x) - sinc(x)) / x;
  // The derivative of 1 - z^2 / 3! + z^4 / 5! - ...
  double term = -z / 3;
  double sum = term;
  for (double k = 2; k < 22; k += 2) {
    term *= -z * z / (k * (k + 3));
    sum += term;
  }
  return pi * sum;
}

/// Around 0 by Lambert's continued fraction, tanh(x) = x / (1 + x^2 / (3 + x^2 / (5 + ...))).
double tanhshrink(double x) {
  if (!(std::abs(x) < 1)) return x - std::tanh(x);
  double tail = 19;
  for (double k = 17; k > 1; k -= 2) tail = k + x * x / tail;
  const double rest = x * x / tail;
  return x * (rest / (1 + rest));
}

}  // namespace tapegrad::kernels::wide
