// How often the truth lies within the error that is claimed: many functions at random points.
#include <cmath>
#include <functional>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/gradtest.hpp"
#include "tapegrad/gradtest/measure.hpp"
#include "tapegrad/gradtest/random.hpp"

namespace gt = tapegrad::gradtest;

namespace {

using Real = long double;

/// A function with two parameters, its derivative in long double, and where x comes from.
struct Family {
  const char* name;
  std::function<double(double x, double a, double b)> f;
  std::function<Real(Real x, Real a, Real b)> derivative;
  double low, high;
};

std::vector<Family> families() {
  return {
      {"exp", [](double x, double a, double b) { return std::exp(a * x) + b; },
       [](Real x, Real a, Real) { return a * std::exp(a * x); }, -3, 3},
      {"sin", [](double x, double a, double b) { return std::sin(a * x + b); },
       [](Real x, Real a, Real b) { return a * std::cos(a * x + b); }, -10, 10},
      {"fast sin", [](double x, double a, double b) { return std::sin(100 * a * x) + b; },
       [](Real x, Real a, Real) { return 100 * a * std::cos(100 * a * x); }, -10, 10},
      {"cubic", [](double x, double a, double b) { return a * x * x * x + b * x; },
       [](Real x, Real a, Real b) { return 3 * a * x * x + b; }, -1e3, 1e3},
      {"log", [](double x, double a, double b) { return a * std::log(x) + b; },
       [](Real x, Real a, Real) { return a / x; }, 1e-6, 10},
      {"sqrt", [](double x, double a, double b) { return a * std::sqrt(x) + b; },
       [](Real x, Real a, Real) { return a / (2 * std::sqrt(x)); }, 1e-8, 10},
      {"pole", [](double x, double a, double) { return 1 / (x - a); },
       [](Real x, Real a, Real) { return -1 / ((x - a) * (x - a)); }, -5, 5},
      {"bell", [](double x, double a, double b) { return std::exp(-10 * (x - a) * (x - a)) + b; },
       [](Real x, Real a, Real) { return -20 * (x - a) * std::exp(-10 * (x - a) * (x - a)); }, -3,
       3},
      {"logistic", [](double x, double a, double b) { return 1 / (1 + std::exp(-a * x)) + b; },
       [](Real x, Real a, Real) { return a / (2 + std::exp(a * x) + std::exp(-a * x)); }, -20, 20},
      {"softplus", [](double x, double a, double) { return std::log(1 + std::exp(a * x)); },
       [](Real x, Real a, Real) { return a / (1 + std::exp(-a * x)); }, -20, 20},
      {"float", [](double x, double a, double) { return double(std::exp(float(a * x))); },
       [](Real x, Real a, Real) { return a * std::exp(a * x); }, -3, 3},
      {"offset", [](double x, double a, double) { return 1e6 + a * x * x; },
       [](Real x, Real a, Real) { return 2 * a * x; }, -3, 3},
      {"chirp", [](double x, double a, double b) { return std::cos(a * x * x) + b; },
       [](Real x, Real a, Real) { return -2 * a * x * std::sin(a * x * x); }, -20, 20},
      {"rough order", [](double x, double a, double) { return std::pow(std::fabs(x - a), 1.5); },
       [](Real x, Real a, Real) { return 1.5L * std::sqrt(std::fabs(x - a)) * (x > a ? 1 : -1); },
       -2, 2},
  };
}

class Around final : public gt::Line {
 public:
  Around(const Family& family, double x, double a, double b)
      : Line(1), family_(family), x_(x), a_(a), b_(b) {}
  void at(double t, double* values) override { *values = family_.f(x_ + t, a_, b_); }

 private:
  const Family& family_;
  double x_, a_, b_;
};

}  // namespace

TEST_CASE("the error that is claimed covers the true one in 99 of 100", "[gradtest][slope]") {
  gt::detail::Random random(20);
  int smooth = 0, covered = 0;
  for (const Family& family : families()) {
    for (int i = 0; i < 200; ++i) {
      const double a = 1.2 + random.next();
      const double b = random.next();
      const double x = family.low + (family.high - family.low) * (0.5 + 0.5 * random.next());
      Around line(family, x, a, b);
      const gt::Slope s = gt::measure(line, {.magnitude = std::fabs(x)})[0];
      if (s.behaviour != gt::Behaviour::smooth) continue;
      const Real truth = family.derivative(x, a, b);
      ++smooth;
      // The difference itself rounds by an ulp.
      covered += std::fabs(s.value - truth) <= s.error + 3e-16L * std::fabs(truth);
    }
  }
  INFO(covered << " of " << smooth);
  CHECK(smooth > 2700);
  CHECK(covered * 1000 >= smooth * 995);
}
