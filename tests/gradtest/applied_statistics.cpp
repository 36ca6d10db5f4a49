// Likelihoods, losses and prices.
#include <numbers>

#include "gradtest/applied.hpp"

namespace tapegrad::test {
namespace {

using View = Applied::View;
using Out = Applied::Out;
using std::cos, std::erfc, std::exp, std::fabs, std::log, std::pow, std::sqrt;

constexpr double heights[] = {1.71, 1.64, 1.93, 1.80, 1.55, 1.77};

double normal(double z) { return 0.5 * erfc(-z / std::numbers::sqrt2); }
double density(double z) { return exp(-z * z / 2) / sqrt(2 * std::numbers::pi); }

/// A call by Black and Scholes: spot, strike, rate, volatility, years.
double d1_of(View x) {
  return (log(x[0] / x[1]) + (x[2] + x[3] * x[3] / 2) * x[4]) / (x[3] * sqrt(x[4]));
}
double call(View x) {
  const double d1 = d1_of(x), d2 = d1 - x[3] * sqrt(x[4]);
  return x[0] * normal(d1) - x[1] * exp(-x[2] * x[4]) * normal(d2);
}
void greeks(View x, Out g) {
  const double d1 = d1_of(x), root = sqrt(x[4]), d2 = d1 - x[3] * root;
  const double paid = x[1] * exp(-x[2] * x[4]);
  g[0] = normal(d1);
  g[1] = -exp(-x[2] * x[4]) * normal(d2);
  g[2] = paid * x[4] * normal(d2);
  g[3] = x[0] * density(d1) * root;
  g[4] = x[0] * density(d1) * x[3] / (2 * root) + x[2] * paid * normal(d2);
}

/// psi, by its recurrence and its asymptotic series.
double digamma(double x) {
  double sum = 0;
  for (; x < 12; ++x) sum -= 1 / x;
  const double r = 1 / (x * x);
  return sum + log(x) - 0.5 / x - r * (1.0 / 12 - r * (1.0 / 120 - r * (1.0 / 252 - r / 240)));
}

/// I_0 and I_1, by their series.
double bessel_i(int order, double x) {
  double term = order == 0 ? 1 : x / 2, sum = 0;
  for (int k = 1; k < 60; ++k) {
    sum += term;
    term *= x * x / 4 / (k * (k + order));
  }
  return sum;
}

constexpr double features[5][3] = {
    {1, 0.2, -3.1}, {1, -1.7, 0.4}, {1, 2.2, 1.9}, {1, 0.1, -0.3}, {1, -0.6, 2.5}};
constexpr double labels[] = {1, 0, 1, 1, 0};

double logistic(View w) {
  double loss = 0;
  for (int i = 0; i < 5; ++i) {
    double z = 0;
    for (int k = 0; k < 3; ++k) z += features[i][k] * w[k];
    loss += std::log1p(exp(-fabs(z))) + (z > 0 ? z : 0) - labels[i] * z;
  }
  return loss;
}
void logistic_gradient(View w, Out g, double missing) {
  for (int k = 0; k < 3; ++k) g[k] = 0;
  for (int i = 0; i < 5; ++i) {
    double z = 0;
    for (int k = 0; k < 3; ++k) z += features[i][k] * w[k];
    for (int k = 0; k < 3; ++k) {
      g[k] += (1 / (1 + exp(-z)) - labels[i]) * features[i][k] * (k == 0 ? missing : 1);
    }
  }
}

double squares(double mean) {
  double sum = 0;
  for (const double h : heights) sum += (h - mean) * (h - mean);
  return sum;
}

/// A bond of 30 years that pays 4 a year.
double bond(double y, int power) {
  double sum = 100 * pow(1 + y, -30.0 - power) * (power ? -30 : 1);
  for (int k = 1; k <= 30; ++k) sum += 4 * pow(1 + y, -double(k) - power) * (power ? -k : 1);
  return sum;
}

}  // namespace

std::vector<Applied> statistics_and_finance() {
  return {
      {"statistics",
       "a normal likelihood by the logarithm of sigma, without n",
       [](View x) { return -6 * x[1] - squares(x[0]) / (2 * exp(2 * x[1])); },
       [](View x, Out g) {
         g[0] = (10.40 - 6 * x[0]) / exp(2 * x[1]);
         g[1] = -6 + squares(x[0]) / exp(2 * x[1]);
       },
       [](View x, Out g) {
         g[0] = (10.40 - 6 * x[0]) / exp(2 * x[1]);
         g[1] = squares(x[0]) / exp(2 * x[1]);
       },
       {1.6, -1.2}},
      {"statistics",
       "a gamma likelihood, the logarithm for digamma",
       [](View x) {
         return 6 * (x[0] * log(x[1]) - std::lgamma(x[0])) + (x[0] - 1) * 3.2 - x[1] * 10.4;
       },
       [](View x, Out g) {
         g[0] = 6 * (log(x[1]) - digamma(x[0])) + 3.2;
         g[1] = 6 * x[0] / x[1] - 10.4;
       },
       [](View x, Out g) {
         g[0] = 6 * (log(x[1]) - log(x[0])) + 3.2;
         g[1] = 6 * x[0] / x[1] - 10.4;
       },
       {31, 17.5}},
      {"statistics",
       "Student's density, nu for nu + 1",
       [](View x) { return -0.5 * (x[1] + 1) * std::log1p(x[0] * x[0] / x[1]); },
       [](View x, Out g) {
         g[0] = -(x[1] + 1) * x[0] / (x[1] + x[0] * x[0]);
         g[1] = -0.5 * std::log1p(x[0] * x[0] / x[1]) +
                0.5 * (x[1] + 1) * x[0] * x[0] / (x[1] * (x[1] + x[0] * x[0]));
       },
       [](View x, Out g) {
         g[0] = -x[1] * x[0] / (x[1] + x[0] * x[0]);
         g[1] = -0.5 * std::log1p(x[0] * x[0] / x[1]) +
                0.5 * (x[1] + 1) * x[0] * x[0] / (x[1] * (x[1] + x[0] * x[0]));
       },
       {2.4, 150}},
      {"statistics",
       "von Mises' density, I0 / I1 for I1 / I0",
       [](View x) { return x[0] * cos(0.8 - x[1]) - log(bessel_i(0, x[0])); },
       [](View x, Out g) {
         g[0] = cos(0.8 - x[1]) - bessel_i(1, x[0]) / bessel_i(0, x[0]);
         g[1] = x[0] * std::sin(0.8 - x[1]);
       },
       [](View x, Out g) {
         g[0] = cos(0.8 - x[1]) - bessel_i(0, x[0]) / bessel_i(1, x[0]);
         g[1] = x[0] * std::sin(0.8 - x[1]);
       },
       {5.5, -0.4}},
      {"statistics",
       "logistic regression, half of the intercept's",
       logistic,
       [](View w, Out g) { logistic_gradient(w, g, 1); },
       [](View w, Out g) { logistic_gradient(w, g, 0.5); },
       {0.3, -1.2, 0.7}},
      {"statistics",
       "a quantile's loss beside its kink, the other side's",
       [](View x) { return x[0] < 4 ? 0.9 * (4 - x[0]) : 0.1 * (x[0] - 4); },
       [](View x, Out g) { g[0] = x[0] < 4 ? -0.9 : 0.1; },
       [](View x, Out g) { g[0] = x[0] < 4 ? -0.1 : 0.9; },
       {3.999}},
      {"statistics",
       "a quantile's loss at its kink, a slope of neither side",
       [](View x) { return x[0] < 4 ? 0.9 * (4 - x[0]) : 0.1 * (x[0] - 4); },
       [](View x, Out g) { g[0] = x[0] < 4 ? -0.9 : 0.1; },
       [](View x, Out g) { g[0] = x[0] < 4   ? -0.9
                                  : x[0] > 4 ? 0.1
                                             : 0.9; },
       {4}},
      {"statistics",
       "a soft threshold at its corner, a slope of neither side",
       [](View x) { return x[0] > 2e-3    ? x[0] - 2e-3
                           : x[0] < -2e-3 ? x[0] + 2e-3
                                          : 0; },
       [](View x, Out g) { g[0] = fabs(x[0]) > 2e-3 ? 1 : 0; },
       [](View x, Out g) { g[0] = fabs(x[0]) > 2e-3 ? 1
                                  : x[0] == 2e-3    ? -1
                                                    : 0; },
       {2e-3}},
      {"finance",
       "a call's greeks, vega without the root of time",
       call,
       greeks,
       [](View x, Out g) {
         greeks(x, g);
         g[3] /= sqrt(x[4]);
       },
       {4312, 4400, 0.031, 0.17, 0.25}},
      {"finance",
       "a call far out of the money, its delta without d1",
       call,
       greeks,
       [](View x, Out g) {
         greeks(x, g);
         g[0] = normal(d1_of(x) - x[3] * sqrt(x[4]));
       },
       {100, 260, 0.02, 0.2, 0.5}},
      {"finance",
       "a bond by its yield, Macaulay's duration for the modified one",
       [](View x) { return bond(x[0], 0); },
       [](View x, Out g) { g[0] = bond(x[0], 1); },
       [](View x, Out g) { g[0] = bond(x[0], 1) * (1 + x[0]); },
       {0.0425}},
      {"finance",
       "Kelly's growth, the odds forgotten",
       [](View x) { return 0.55 * log(1 + 1.1 * x[0]) + 0.45 * log(1 - x[0]); },
       [](View x, Out g) { g[0] = 0.55 * 1.1 / (1 + 1.1 * x[0]) - 0.45 / (1 - x[0]); },
       [](View x, Out g) { g[0] = 0.55 / (1 + 1.1 * x[0]) - 0.45 / (1 - x[0]); },
       {0.1}},
  };
}

}  // namespace tapegrad::test
