// Integrators, quadrature, splines, implicit solvers: derivatives that are carried along.
#include <array>

#include "gradtest/applied.hpp"

namespace tapegrad::test {
namespace {

using View = Applied::View;
using Out = Applied::Out;
using std::cos, std::exp, std::fabs, std::pow, std::sin, std::sqrt;

template <std::size_t N>
using State = std::array<double, N>;

/// One step of Runge and Kutta's.
template <std::size_t N, class F>
State<N> stepped(const State<N>& s, double h, const F& rate) {
  const auto moved = [&](const State<N>& k, double by) {
    State<N> t = s;
    for (std::size_t i = 0; i < N; ++i) t[i] += by * k[i];
    return t;
  };
  const State<N> a = rate(s), b = rate(moved(a, h / 2)), c = rate(moved(b, h / 2)),
                 d = rate(moved(c, h));
  State<N> next = s;
  for (std::size_t i = 0; i < N; ++i) next[i] += h / 6 * (a[i] + 2 * b[i] + 2 * c[i] + d[i]);
  return next;
}

/// The angle of a pendulum after 5 s, and its derivatives by the first angle and the length.
State<6> pendulum(View x, double missing) {
  State<6> s{x[0], 0, 1, 0, 0, 0};
  const double w = 9.81 / x[1];
  for (int i = 0; i < 500; ++i) {
    s = stepped<6>(s, 0.01, [&](const State<6>& v) {
      return State<6>{v[1], -w * sin(v[0]),
                      v[3], -w * cos(v[0]) * v[2],
                      v[5], -w * cos(v[0]) * v[4] + missing * w / x[1] * sin(v[0])};
    });
  }
  return s;
}

/// Lorenz's system for 1.5 units of time, with the derivative by the first x.
State<6> lorenz(View p, double missing) {
  State<6> s{p[0], 1, 20, 1, 0, 0};
  for (int i = 0; i < 300; ++i) {
    s = stepped<6>(s, 0.005, [&](const State<6>& v) {
      return State<6>{10 * (v[1] - v[0]),
                      v[0] * (28 - v[2]) - v[1],
                      v[0] * v[1] - 8.0 / 3 * v[2],
                      10 * (v[4] - v[3]),
                      v[3] * (28 - v[2]) - missing * v[0] * v[5] - v[4],
                      v[3] * v[1] + v[0] * v[4] - 8.0 / 3 * v[5]};
    });
  }
  return s;
}

/// y' = -k (y - cos t) by 40 implicit steps of 0.1, which are solved by Newton's method where
/// y cubed is added; and the derivative by k.
std::pair<double, double> stiff(double k, bool solved) {
  double y = 0, d = 0;
  for (int i = 1; i <= 40; ++i) {
    const double before = y, t = 0.1 * i;
    for (int n = 0; n < 30; ++n) {
      const double r = y - before + 0.1 * (k * (y - cos(t)) + y * y * y);
      y -= r / (1 + 0.1 * (k + 3 * y * y));
    }
    d = (d - 0.1 * (y - cos(t))) / (solved ? 1 + 0.1 * (k + 3 * y * y) : 1 + 0.1 * k);
  }
  return {y, d};
}

/// Simpson's rule.
template <class F>
double integral(double from, double to, const F& f) {
  constexpr int n = 200;
  const double h = (to - from) / n;
  double sum = f(from) + f(to);
  for (int i = 1; i < n; ++i) sum += (i % 2 ? 4 : 2) * f(from + i * h);
  return sum * h / 3;
}

/// The temperature amid a rod of 21 points after 60 explicit steps, and its derivative by r.
std::pair<double, double> rod(double r, bool carried) {
  std::array<double, 21> u{}, d{};
  for (std::size_t i = 0; i < 21; ++i) u[i] = i < 8 ? 350 : 280;
  for (int t = 0; t < 60; ++t) {
    auto v = u, e = d;
    for (std::size_t i = 1; i < 20; ++i) {
      const double bend = u[i - 1] - 2 * u[i] + u[i + 1];
      v[i] += r * bend;
      e[i] += bend + (carried ? r * (d[i - 1] - 2 * d[i] + d[i + 1]) : 0);
    }
    u = v;
    d = e;
  }
  return {u[10], d[10]};
}

constexpr double heights[] = {2, -1, 4, 0.5, 3, -2, 1};
constexpr double gap = 0.25;

/// A uniform cubic B-spline over the heights, or its derivative (per knot, then per unit).
double spline(double x, bool slope) {
  const double place = x / gap;
  const int i = static_cast<int>(place);
  const double t = place - i;
  const double values[] = {pow(1 - t, 3), 3 * t * t * t - 6 * t * t + 4,
                           -3 * t * t * t + 3 * t * t + 3 * t + 1, t * t * t};
  const double slopes[] = {-3 * (1 - t) * (1 - t), 9 * t * t - 12 * t, -9 * t * t + 6 * t + 3,
                           3 * t * t};
  double sum = 0;
  for (int k = 0; k < 4; ++k) sum += heights[i + k] * (slope ? slopes : values)[k] / 6;
  return sum;
}

double lines(double x) {
  const int i = static_cast<int>(x / gap);
  return heights[i] + (x / gap - i) * (heights[i + 1] - heights[i]);
}
double slope_of_lines(double x, int beyond) {
  const int i = static_cast<int>(x / gap) + beyond;
  return (heights[i + 1] - heights[i]) / gap;
}

/// Kepler's equation solved by bisection to 1e-9: an eccentric anomaly of mean 1.1.
double bisected(double e) {
  double low = 0, high = 3.2;
  while (high - low > 1e-9) {
    const double middle = (low + high) / 2;
    (middle - e * sin(middle) < 1.1 ? low : high) = middle;
  }
  return (low + high) / 2;
}

double cosine_float(double x) { return static_cast<double>(std::cos(static_cast<float>(x))); }

}  // namespace

std::vector<Applied> numerical_methods() {
  return {
      {"integrators",
       "a pendulum, the length's own part forgotten",
       [](View x) { return pendulum(x, 1)[0]; },
       [](View x, Out g) {
         const auto s = pendulum(x, 1);
         g[0] = s[2];
         g[1] = s[4];
       },
       [](View x, Out g) {
         const auto s = pendulum(x, 0);
         g[0] = s[2];
         g[1] = s[4];
       },
       {2.1, 1.4}},
      {"integrators",
       "Lorenz's system, a product's part forgotten",
       [](View x) { return lorenz(x, 1)[0]; },
       [](View x, Out g) { g[0] = lorenz(x, 1)[3]; },
       [](View x, Out g) { g[0] = lorenz(x, 0)[3]; },
       {-3.1}},
      {"integrators",
       "a stiff equation, the cube forgotten in the solve",
       [](View x) { return stiff(x[0], true).first; },
       [](View x, Out g) { g[0] = stiff(x[0], true).second; },
       [](View x, Out g) { g[0] = stiff(x[0], false).second; },
       {12}},
      {"integrators",
       "heat in a rod, the last step's part alone",
       [](View x) { return rod(x[0], true).first; },
       [](View x, Out g) { g[0] = rod(x[0], true).second; },
       [](View x, Out g) { g[0] = rod(x[0], false).second; },
       {0.31}},
      {"quadrature",
       "an integral by its parameter, a sign",
       [](View x) {
         return integral(0, 2, [&](double t) { return exp(-x[0] * t * t) * cos(x[1] * t); });
       },
       [](View x, Out g) {
         g[0] =
             integral(0, 2, [&](double t) { return -t * t * exp(-x[0] * t * t) * cos(x[1] * t); });
         g[1] = integral(0, 2, [&](double t) { return -t * exp(-x[0] * t * t) * sin(x[1] * t); });
       },
       [](View x, Out g) {
         g[0] =
             integral(0, 2, [&](double t) { return -t * t * exp(-x[0] * t * t) * cos(x[1] * t); });
         g[1] = integral(0, 2, [&](double t) { return t * exp(-x[0] * t * t) * sin(x[1] * t); });
       },
       {0.9, 3.3}},
      {"quadrature",
       "an integral by its end, without the end's value",
       [](View x) { return integral(0, x[0], [&](double t) { return sqrt(1 + x[0] * t * t); }); },
       [](View x, Out g) {
         g[0] = sqrt(1 + pow(x[0], 3)) +
                integral(0, x[0], [&](double t) { return t * t / (2 * sqrt(1 + x[0] * t * t)); });
       },
       [](View x, Out g) {
         g[0] = integral(0, x[0], [&](double t) { return t * t / (2 * sqrt(1 + x[0] * t * t)); });
       },
       {1.3}},
      {"splines",
       "a cubic spline inside, per knot",
       [](View x) { return spline(x[0], false); },
       [](View x, Out g) { g[0] = spline(x[0], true) / gap; },
       [](View x, Out g) { g[0] = spline(x[0], true); },
       {0.41}},
      {"splines",
       "a cubic spline at a knot, per knot",
       [](View x) { return spline(x[0], false); },
       [](View x, Out g) { g[0] = spline(x[0], true) / gap; },
       [](View x, Out g) { g[0] = spline(x[0], true); },
       {0.5}},
      {"splines",
       "straight lines beside a knot, the neighbour's slope",
       [](View x) { return lines(x[0]); },
       [](View x, Out g) { g[0] = slope_of_lines(x[0], 0); },
       [](View x, Out g) { g[0] = slope_of_lines(x[0], 1); },
       {0.499}},
      {"solvers",
       "bisection to 1e-9, a sign",
       [](View x) { return bisected(x[0]); },
       [](View x, Out g) { g[0] = sin(bisected(x[0])) / (1 - x[0] * cos(bisected(x[0]))); },
       [](View x, Out g) { g[0] = sin(bisected(x[0])) / (1 + x[0] * cos(bisected(x[0]))); },
       {0.6}},
      {"float",
       "a cosine in float, a degree's factor",
       [](View x) { return cosine_float(x[0]); },
       [](View x, Out g) { g[0] = -sin(x[0]); },
       [](View x, Out g) { g[0] = -sin(x[0]) / 57.3; },
       {2.2}},
  };
}

}  // namespace tapegrad::test
