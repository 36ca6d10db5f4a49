// Laws of nature in SI units, from 1e-23 to 1e42.
#include "gradtest/applied.hpp"

namespace tapegrad::test {
namespace {

using View = Applied::View;
using Out = Applied::Out;
using std::cos, std::cosh, std::exp, std::log, std::pow, std::sin, std::sqrt, std::tanh;

constexpr double planck = 6.62607015e-34, boltzmann = 1.380649e-23, light = 299792458;
constexpr double gas = 8.314462618;

/// Sums over the three coordinates.
double length(View r) { return sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2]); }

double radiance(View x) {
  return 2 * planck * pow(x[0], 3) / (light * light) /
         std::expm1(planck * x[0] / (boltzmann * x[1]));
}

void radiance_gradient(View x, Out g, bool whole) {
  const double q = planck * x[0] / (boltzmann * x[1]);
  const double b = radiance(x);
  const double tail = (whole ? exp(q) : 1) / std::expm1(q);
  g[0] = b * (3 / x[0] - planck / (boltzmann * x[1]) * exp(q) / std::expm1(q));
  g[1] = b * q / x[1] * tail;
}

/// Free energy of a spin in a ring: j, h, t.
double ising(View x) {
  const double j = x[0] / x[2], h = x[1] / x[2];
  return -x[2] * log(exp(j) * cosh(h) + sqrt(exp(2 * j) * pow(std::sinh(h), 2) + exp(-2 * j)));
}

void ising_gradient(View x, Out g, double sign) {
  const double t = x[2], j = x[0] / t, h = x[1] / t, s = std::sinh(h), c = cosh(h);
  const double root = sqrt(exp(2 * j) * s * s + exp(-2 * j));
  const double lambda = exp(j) * c + root;
  const double by_j = (exp(j) * c + (exp(2 * j) * s * s + sign * exp(-2 * j)) / root) / lambda;
  const double by_h = (exp(j) * s + exp(2 * j) * s * c / root) / lambda;
  g[0] = -by_j;
  g[1] = -by_h;
  g[2] = -log(lambda) + by_j * j + by_h * h;
}

/// Reflection of light at glass, polarized along the plane: the angle, the index.
double fresnel(View x) {
  const double c = cos(x[0]), t = sqrt(1 - pow(sin(x[0]) / x[1], 2));
  return pow((x[1] * c - t) / (x[1] * c + t), 2);
}

void fresnel_gradient(View x, Out g, double sign) {
  const double s = sin(x[0]), c = cos(x[0]), n = x[1], t = sqrt(1 - pow(s / n, 2));
  const double r = (n * c - t) / (n * c + t);
  const double t_angle = -s * c / (n * n * t), t_index = s * s / (n * n * n * t);
  const auto through = [&](double top, double bottom) {
    return 2 * r * (top - r * bottom) / (n * c + t);
  };
  g[0] = through(-n * s - t_angle, -n * s + sign * t_angle);
  g[1] = through(c - t_index, c + t_index);
}

}  // namespace

std::vector<Applied> physics() {
  return {
      {"physics",
       "Planck's radiance, forgetting exp in the derivative by temperature",
       radiance,
       [](View x, Out g) { radiance_gradient(x, g, true); },
       [](View x, Out g) { radiance_gradient(x, g, false); },
       {1.2e13, 300}},
      {"physics",
       "van der Waals' pressure, the wrong power of the volume",
       [](View x) { return gas * x[1] / (x[0] - 4.3e-5) - 0.364 / (x[0] * x[0]); },
       [](View x, Out g) {
         g[0] = -gas * x[1] / pow(x[0] - 4.3e-5, 2) + 2 * 0.364 / pow(x[0], 3);
         g[1] = gas / (x[0] - 4.3e-5);
       },
       [](View x, Out g) {
         g[0] = -gas * x[1] / pow(x[0] - 4.3e-5, 2) + 2 * 0.364 / pow(x[0], 2);
         g[1] = gas / (x[0] - 4.3e-5);
       },
       {1e-3, 300}},
      {"physics",
       "Lennard-Jones, 6 for 12",
       [](View x) { return 4 * 1.65e-21 * (pow(3.4e-10 / x[0], 12) - pow(3.4e-10 / x[0], 6)); },
       [](View x, Out g) {
         g[0] = 4 * 1.65e-21 / x[0] * (-12 * pow(3.4e-10 / x[0], 12) + 6 * pow(3.4e-10 / x[0], 6));
       },
       [](View x, Out g) {
         g[0] = 4 * 1.65e-21 / x[0] * (-6 * pow(3.4e-10 / x[0], 12) + 6 * pow(3.4e-10 / x[0], 6));
       },
       {3.7e-10}},
      {"physics",
       "gravity of the sun on the earth, without unit vector",
       [](View x) { return -7.92e44 / length(x); },
       [](View x, Out g) {
         for (int i = 0; i < 3; ++i) g[i] = 7.92e44 * x[i] / pow(length(x), 3);
       },
       [](View x, Out g) {
         for (int i = 0; i < 3; ++i) g[i] = 7.92e44 / pow(length(x), 2);
       },
       {1.2e11, -8.1e10, 3.4e9}},
      {"physics",
       "relativistic energy, gamma for its cube",
       [](View x) { return 9.109e-31 * light * light * (1 / sqrt(1 - pow(x[0] / light, 2)) - 1); },
       [](View x, Out g) { g[0] = 9.109e-31 * x[0] * pow(1 - pow(x[0] / light, 2), -1.5); },
       [](View x, Out g) { g[0] = 9.109e-31 * x[0] * pow(1 - pow(x[0] / light, 2), -0.5); },
       {2.1e8}},
      {"physics",
       "a fall with drag, speed for its share",
       [](View x) { return x[1] * x[1] / 9.81 * log(cosh(9.81 * x[0] / x[1])); },
       [](View x, Out g) {
         const double t = 9.81 * x[0] / x[1];
         g[0] = x[1] * tanh(t);
         g[1] = 2 * x[1] / 9.81 * log(cosh(t)) - x[0] * tanh(t);
       },
       [](View x, Out g) {
         const double t = 9.81 * x[0] / x[1];
         g[0] = x[1] * tanh(t);
         g[1] = 2 * x[1] / 9.81 * log(cosh(t));
       },
       {3.5, 53}},
      {"physics",
       "Ising's ring, a sign",
       ising,
       [](View x, Out g) { ising_gradient(x, g, -1); },
       [](View x, Out g) { ising_gradient(x, g, 1); },
       {1.3, 0.2, 2.1}},
      {"physics",
       "Fresnel's reflection, a sign",
       fresnel,
       [](View x, Out g) { fresnel_gradient(x, g, 1); },
       [](View x, Out g) { fresnel_gradient(x, g, -1); },
       {0.7, 1.52}},
      {"physics",
       "Morse's potential at its minimum, without the second exponential",
       [](View x) { return 7.3e-19 * pow(1 - exp(-1.94e10 * (x[0] - 7.4e-11)), 2); },
       [](View x, Out g) {
         const double e = exp(-1.94e10 * (x[0] - 7.4e-11));
         g[0] = 2 * 7.3e-19 * 1.94e10 * (1 - e) * e;
       },
       [](View x, Out g) {
         const double e = exp(-1.94e10 * (x[0] - 7.4e-11));
         g[0] = 2 * 7.3e-19 * 1.94e10 * (1 - e);
       },
       {7.9e-11}},
      {"chemistry",
       "Arrhenius' rate, T for T squared",
       [](View x) { return 1e13 * exp(-8.1e4 / (gas * x[0])); },
       [](View x, Out g) {
         g[0] = 1e13 * exp(-8.1e4 / (gas * x[0])) * 8.1e4 / (gas * x[0] * x[0]);
       },
       [](View x, Out g) { g[0] = 1e13 * exp(-8.1e4 / (gas * x[0])) * 8.1e4 / (gas * x[0]); },
       {310}},
      {"chemistry",
       "Hill's rate, log s for log of the ratio",
       [](View x) { return 4e-6 * pow(x[0], x[2]) / (pow(x[1], x[2]) + pow(x[0], x[2])); },
       [](View x, Out g) {
         const double y = 1 / (1 + pow(x[1] / x[0], x[2]));
         g[0] = 4e-6 * y * (1 - y) * x[2] / x[0];
         g[1] = -4e-6 * y * (1 - y) * x[2] / x[1];
         g[2] = 4e-6 * y * (1 - y) * log(x[0] / x[1]);
       },
       [](View x, Out g) {
         const double y = 1 / (1 + pow(x[1] / x[0], x[2]));
         g[0] = 4e-6 * y * (1 - y) * x[2] / x[0];
         g[1] = -4e-6 * y * (1 - y) * x[2] / x[1];
         g[2] = 4e-6 * y * (1 - y) * log(x[0]);
       },
       {2.3e-5, 6.1e-5, 2.7}},
  };
}

}  // namespace tapegrad::test
