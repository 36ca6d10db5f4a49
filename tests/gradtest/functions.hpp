// Functions with right derivatives at points that are hard for differences, by kind. Each formula
// of a derivative was derived by hand; none comes from the engine under test.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

namespace tapegrad::test {

using Vec = std::vector<double>;

struct Scalar1 {
  const char* kind;
  const char* name;
  std::function<double(double)> f;
  std::function<double(double)> df;
  double x;
};

/// A float inside: what a GPU kernel or an old solver does to a double.
inline double as_float(double x) { return static_cast<double>(static_cast<float>(x)); }

/// x with y² = x by Newton's steps from 1 until |y² - x| <= tolerance.
inline double newton_root(double x, double tolerance) {
  double y = 1;
  for (int i = 0; i < 60 && std::fabs(y * y - x) > tolerance; ++i) y = 0.5 * (y + x / y);
  return y;
}

/// Repeatable roughness of size `size`, as the last bits of a solver have.
inline double rough(double x, double size) {
  const double s = std::sin(x * 12345678.9) * 43758.5453;
  return size * (s - std::floor(s) - 0.5);
}

/// The derivative of x with a = newton_root's limit.
inline std::vector<Scalar1> scalar_functions() {
  using std::exp, std::log, std::sin, std::cos, std::sqrt, std::pow, std::fabs, std::tanh;
  return {
      {"smooth", "exp at 1", [](double x) { return exp(x); }, [](double x) { return exp(x); }, 1},
      {"smooth", "sin at 0", [](double x) { return sin(x); }, [](double x) { return cos(x); }, 0},
      {"smooth", "1/(1+25x²) at 0.3", [](double x) { return 1 / (1 + 25 * x * x); },
       [](double x) { return -50 * x / pow(1 + 25 * x * x, 2); }, 0.3},
      {"smooth", "tanh at 0.1", [](double x) { return tanh(x); },
       [](double x) { return 1 / pow(std::cosh(x), 2); }, 0.1},
      {"smooth", "x^x at 2", [](double x) { return pow(x, x); },
       [](double x) { return pow(x, x) * (1 + log(x)); }, 2},
      {"large x", "x³ at 1e4", [](double x) { return x * x * x; },
       [](double x) { return 3 * x * x; }, 1e4},
      {"large x", "log at 1e12", [](double x) { return log(x); }, [](double x) { return 1 / x; },
       1e12},
      {"large x", "sin at 1e4", [](double x) { return sin(x); }, [](double x) { return cos(x); },
       1e4},
      {"large x", "sqrt at 1e12", [](double x) { return sqrt(x); },
       [](double x) { return 0.5 / sqrt(x); }, 1e12},
      {"small x", "log at 1e-5", [](double x) { return log(x); }, [](double x) { return 1 / x; },
       1e-5},
      {"small x", "sqrt at 1e-7", [](double x) { return sqrt(x); },
       [](double x) { return 0.5 / sqrt(x); }, 1e-7},
      {"small x", "1/x at 1e-8", [](double x) { return 1 / x; },
       [](double x) { return -1 / (x * x); }, 1e-8},
      {"small x", "x² at 1e-12", [](double x) { return x * x; }, [](double x) { return 2 * x; },
       1e-12},
      {"small x", "sin at 1e-12", [](double x) { return sin(x); }, [](double x) { return cos(x); },
       1e-12},
      {"small x", "x log x at 1e-10", [](double x) { return x * log(x); },
       [](double x) { return 1 + log(x); }, 1e-10},
      {"flat", "(x-1)⁴ at 1.001", [](double x) { return pow(x - 1, 4); },
       [](double x) { return 4 * pow(x - 1, 3); }, 1.001},
      {"flat", "tanh at 8", [](double x) { return tanh(x); },
       [](double x) { return 1 / pow(std::cosh(x), 2); }, 8},
      {"flat", "exp at -30", [](double x) { return exp(x); }, [](double x) { return exp(x); }, -30},
      {"flat", "x² at 0", [](double x) { return x * x; }, [](double x) { return 2 * x; }, 0},
      {"flat", "constant", [](double) { return 3.0; }, [](double) { return 0.0; }, 1},
      {"flat", "erfc at 5", [](double x) { return std::erfc(x); },
       [](double x) { return -2 / sqrt(M_PI) * exp(-x * x); }, 5},
      {"steep", "exp(50 x) at 1", [](double x) { return exp(50 * x); },
       [](double x) { return 50 * exp(50 * x); }, 1},
      {"steep", "atan(1e8 x) at 0", [](double x) { return std::atan(1e8 * x); },
       [](double x) { return 1e8 / (1 + 1e16 * x * x); }, 0},
      {"steep", "sigmoid(1e4 (x-1)) at 1", [](double x) { return 1 / (1 + exp(-1e4 * (x - 1))); },
       [](double x) {
         const double s = 1 / (1 + exp(-1e4 * (x - 1)));
         return 1e4 * s * (1 - s);
       },
       1},
      {"steep", "narrow bell at its flank", [](double x) { return exp(-1e6 * (x - 1) * (x - 1)); },
       [](double x) { return -2e6 * (x - 1) * exp(-1e6 * (x - 1) * (x - 1)); }, 1.0005},
      {"oscillating", "sin(1e4 x) at 1", [](double x) { return sin(1e4 * x); },
       [](double x) { return 1e4 * cos(1e4 * x); }, 1},
      {"oscillating", "sin(1e6 x) at 0", [](double x) { return sin(1e6 * x); },
       [](double x) { return 1e6 * cos(1e6 * x); }, 0},
      {"oscillating", "x + 1e-3 sin(1e5 x) at 1", [](double x) { return x + 1e-3 * sin(1e5 * x); },
       [](double x) { return 1 + 100 * cos(1e5 * x); }, 1},
      {"oscillating", "cos(100 x²) at 3", [](double x) { return cos(100 * x * x); },
       [](double x) { return -200 * x * sin(100 * x * x); }, 3},
      {"scaled", "1e-20 x at 1", [](double x) { return 1e-20 * x; }, [](double) { return 1e-20; },
       1},
      {"scaled", "1e-12 sin at 1", [](double x) { return 1e-12 * sin(x); },
       [](double x) { return 1e-12 * cos(x); }, 1},
      {"scaled", "1e12 exp at 1", [](double x) { return 1e12 * exp(x); },
       [](double x) { return 1e12 * exp(x); }, 1},
      {"scaled", "1e200 sqrt at 2", [](double x) { return 1e200 * sqrt(x); },
       [](double x) { return 0.5e200 / sqrt(x); }, 2},
      {"offset", "1e10 + x² at 1", [](double x) { return 1e10 + x * x; },
       [](double x) { return 2 * x; }, 1},
      {"offset", "1e6 + sin at 1", [](double x) { return 1e6 + sin(x); },
       [](double x) { return cos(x); }, 1},
      {"offset", "-1e8 + exp at 2", [](double x) { return -1e8 + exp(x); },
       [](double x) { return exp(x); }, 2},
      {"float", "float exp at 0.7",
       [](double x) { return static_cast<double>(std::exp(static_cast<float>(x))); },
       [](double x) { return exp(x); }, 0.7},
      {"float", "float polynomial at 0.1",
       [](double x) {
         const auto s = static_cast<float>(x);
         return static_cast<double>((3 * s * s - 2 * s) * s + 1);
       },
       [](double x) { return 9 * x * x - 4 * x; }, 0.1},
      {"float", "rounded result of sin at 1", [](double x) { return as_float(sin(x)); },
       [](double x) { return cos(x); }, 1},
      {"float", "float log at 3",
       [](double x) { return static_cast<double>(std::log(static_cast<float>(x))); },
       [](double x) { return 1 / x; }, 3},
      {"noisy", "exp with 1e-8 at 1", [](double x) { return exp(x) + rough(x, 1e-8); },
       [](double x) { return exp(x); }, 1},
      {"noisy", "x² with 1e-6 at 2", [](double x) { return x * x + rough(x, 1e-6); },
       [](double x) { return 2 * x; }, 2},
      {"noisy", "sin with 1e-10 at 1", [](double x) { return sin(x) + rough(x, 1e-10); },
       [](double x) { return cos(x); }, 1},
      {"noisy", "1e6 exp with 1e-3 at 0.5", [](double x) { return 1e6 * exp(x) + rough(x, 1e-3); },
       [](double x) { return 1e6 * exp(x); }, 0.5},
      {"iterative", "Newton's root, loose, of 2", [](double x) { return newton_root(x, 1e-6); },
       [](double x) { return 0.5 / sqrt(x); }, 2},
      {"iterative", "Newton's root, tight, of 3", [](double x) { return newton_root(x, 1e-14); },
       [](double x) { return 0.5 / sqrt(x); }, 3},
      {"iterative", "Kepler's equation",
       [](double m) {
         double e = m;
         for (int i = 0; i < 40; ++i) e -= (e - 0.7 * sin(e) - m) / (1 - 0.7 * cos(e));
         return e;
       },
       [](double m) {
         double e = m;
         for (int i = 0; i < 40; ++i) e -= (e - 0.7 * sin(e) - m) / (1 - 0.7 * cos(e));
         return 1 / (1 - 0.7 * cos(e));
       },
       0.4},
      {"kink", "|x| at 0, slope 1", [](double x) { return fabs(x); },
       [](double x) { return x >= 0 ? 1.0 : -1.0; }, 0},
      {"kink", "relu at 0, slope 0", [](double x) { return x > 0 ? x : 0.0; },
       [](double x) { return x > 0 ? 1.0 : 0.0; }, 0},
      {"kink", "relu at 0, slope 1/2", [](double x) { return x > 0 ? x : 0.0; },
       [](double x) { return x > 0   ? 1.0
                             : x < 0 ? 0.0
                                     : 0.5; }, 0},
      {"kink", "max(x, 1) at 1", [](double x) { return std::max(x, 1.0); },
       [](double x) { return x >= 1 ? 1.0 : 0.0; }, 1},
      {"kink", "sin |x| + x at 0", [](double x) { return sin(fabs(x)) + x; },
       [](double x) { return (x >= 0 ? cos(x) : -cos(x)) + 1; }, 0},
      {"near a kink", "|x| at 1e-9", [](double x) { return fabs(x); },
       [](double x) { return x >= 0 ? 1.0 : -1.0; }, 1e-9},
      {"near a kink", "relu(x - 1) at 1 + 1e-6", [](double x) { return x > 1 ? x - 1 : 0.0; },
       [](double x) { return x > 1 ? 1.0 : 0.0; }, 1 + 1e-6},
      {"near a kink", "relu(x - 1) at 1 - 1e-5", [](double x) { return x > 1 ? x - 1 : 0.0; },
       [](double x) { return x > 1 ? 1.0 : 0.0; }, 1 - 1e-5},
      {"near a kink", "Huber's loss at 1.0001",
       [](double x) { return fabs(x) <= 1 ? 0.5 * x * x : fabs(x) - 0.5; },
       [](double x) { return fabs(x) <= 1 ? x : (x > 0 ? 1.0 : -1.0); }, 1.0001},
      {"rough order", "x |x| at 0", [](double x) { return x * fabs(x); },
       [](double x) { return 2 * fabs(x); }, 0},
      {"rough order", "|x|^1.5 at 0", [](double x) { return pow(fabs(x), 1.5); },
       [](double x) { return x == 0 ? 0 : 1.5 * sqrt(fabs(x)) * (x > 0 ? 1 : -1); }, 0},
      {"near a pole", "1/(x-1) at 1 + 1e-4", [](double x) { return 1 / (x - 1); },
       [](double x) { return -1 / ((x - 1) * (x - 1)); }, 1 + 1e-4},
      {"near a pole", "tan at 1.57", [](double x) { return std::tan(x); },
       [](double x) { return 1 / (cos(x) * cos(x)); }, 1.57},
      {"near an edge", "sqrt(1 - x²) at 0.9999", [](double x) { return sqrt(1 - x * x); },
       [](double x) { return -x / sqrt(1 - x * x); }, 0.9999},
      {"near an edge", "log(1 - x) at 1 - 1e-6", [](double x) { return log(1 - x); },
       [](double x) { return -1 / (1 - x); }, 1 - 1e-6},
      {"near an edge", "acos at 0.99999", [](double x) { return std::acos(x); },
       [](double x) { return -1 / sqrt((1 - x) * (1 + x)); }, 0.99999},
  };
}

}  // namespace tapegrad::test
