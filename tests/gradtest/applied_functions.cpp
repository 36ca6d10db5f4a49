// Special functions and polynomials.
#include <numbers>

#include "gradtest/applied.hpp"

namespace tapegrad::test {
namespace {

using View = Applied::View;
using Out = Applied::Out;
using std::exp, std::log, std::pow, std::sin, std::sqrt;

double lambert(double x) {
  double w = log(1 + x);
  for (int i = 0; i < 50; ++i) w -= (w * exp(w) - x) / (exp(w) * (w + 1));
  return w;
}

double psi_of_quarter(double x) {  // digamma
  double sum = 0;
  for (; x < 15; ++x) sum -= 1 / x;
  return sum + log(x) - 0.5 / x - 1 / (12 * x * x) + 1 / (120 * pow(x, 4)) - 1 / (252 * pow(x, 6));
}

/// P_n and P_(n-1).
std::pair<double, double> legendre(int n, double x) {
  double before = 1, now = x;
  for (int k = 2; k <= n; ++k) {
    const double next = ((2 * k - 1) * x * now - (k - 1) * before) / k;
    before = now;
    now = next;
  }
  return {now, before};
}

/// A loop of the logistic map, which doubles errors at each turn.
double chaos(double r, int turns, double* slope) {
  double x = 0.3, d = 0;
  for (int i = 0; i < turns; ++i) {
    d = x * (1 - x) + r * (1 - 2 * x) * d;
    x = r * x * (1 - x);
  }
  if (slope) *slope = d;
  return x;
}

Applied of_one(const char* name, double (*f)(double), double (*right)(double),
               double (*wrong)(double), double x) {
  return {"special functions",
          name,
          [f](View v) { return f(v[0]); },
          [right](View v, Out g) { g[0] = right(v[0]); },
          [wrong](View v, Out g) { g[0] = wrong(v[0]); },
          {x}};
}

}  // namespace

std::vector<Applied> special_functions() {
  constexpr double root_pi = 1 / std::numbers::inv_sqrtpi;
  return {
      of_one(
          "Bessel's J0, a sign", [](double x) { return std::cyl_bessel_j(0, x); },
          [](double x) { return -std::cyl_bessel_j(1, x); },
          [](double x) { return std::cyl_bessel_j(1, x); }, 7.3),
      of_one(
          "erf, 1 for 2 by the root of pi", [](double x) { return std::erf(x); },
          [](double x) { return 2 / root_pi * exp(-x * x); },
          [](double x) { return 1 / root_pi * exp(-x * x); }, 0.31),
      of_one(
          "the logarithm of erfc far out, its asymptote",
          [](double x) { return log(std::erfc(x)); },
          [](double x) { return -2 / root_pi * exp(-x * x) / std::erfc(x); },
          [](double x) { return -2 * x; }, 11),
      of_one(
          "gamma, digamma alone", [](double x) { return std::tgamma(x); },
          [](double x) { return std::tgamma(x) * psi_of_quarter(x); },
          [](double x) { return psi_of_quarter(x); }, 4.2),
      of_one(
          "the elliptic integral K, without its second term",
          [](double k) { return std::comp_ellint_1(k); },
          [](double k) {
            return std::comp_ellint_2(k) / (k * (1 - k * k)) - std::comp_ellint_1(k) / k;
          },
          [](double k) { return std::comp_ellint_2(k) / (k * (1 - k * k)); }, 0.8),
      of_one(
          "the exponential integral, a sign", [](double x) { return std::expint(x); },
          [](double x) { return exp(x) / x; }, [](double x) { return exp(-x) / x; }, 2.5),
      of_one(
          "Lambert's W, x forgotten", [](double x) { return lambert(x); },
          [](double x) { return lambert(x) / (x * (1 + lambert(x))); },
          [](double x) { return lambert(x) / (1 + lambert(x)); }, 3),
      of_one(
          "Legendre's polynomial of degree 7, one less",
          [](double x) { return legendre(7, x).first; },
          [](double x) {
            const auto [p, q] = legendre(7, x);
            return 7 * (x * p - q) / (x * x - 1);
          },
          [](double x) {
            const auto [p, q] = legendre(7, x);
            return 6 * (x * p - q) / (x * x - 1);
          },
          -0.4),
      of_one(
          "Chebyshev's polynomial of degree 20 near the edge, n - 1 for n",
          [](double x) { return std::cos(20 * std::acos(x)); },
          [](double x) { return 20 * sin(20 * std::acos(x)) / sin(std::acos(x)); },
          [](double x) { return 19 * sin(20 * std::acos(x)) / sin(std::acos(x)); }, 0.999),
      of_one(
          "sinc near 0, the cosine alone", [](double x) { return sin(x) / x; },
          [](double x) { return -x / 3 + x * x * x / 30; }, [](double x) { return std::cos(x); },
          1e-3),
      of_one(
          "log1p of a tiny number, log's", [](double x) { return std::log1p(x); },
          [](double x) { return 1 / (1 + x); }, [](double x) { return 1 / x; }, 3e-17),
      of_one(
          "the logistic map after 12 turns, a turn too few",
          [](double r) { return chaos(r, 12, nullptr); },
          [](double r) {
            double d = 0;
            chaos(r, 12, &d);
            return d;
          },
          [](double r) {
            double d = 0;
            chaos(r, 11, &d);
            return d;
          },
          3.9),
      of_one(
          "x to the 40th by the golden ratio, a digit short", [](double x) { return pow(x, 40); },
          [](double x) { return 40 * pow(x, 39); }, [](double x) { return 39.9 * pow(x, 39); },
          1.618),
  };
}

}  // namespace tapegrad::test
