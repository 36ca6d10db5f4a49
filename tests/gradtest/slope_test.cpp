#include "tapegrad/gradtest/measure.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "gradtest/functions.hpp"
#include "support/catch.hpp"

namespace gt = tapegrad::gradtest;
using namespace tapegrad::test;

namespace {

/// A function of one number, around x; counts its calls.
class Around final : public gt::Line {
 public:
  Around(std::function<double(double)> f, double x) : Line(1), f_(std::move(f)), x_(x) {}
  void at(double t, double* values) override {
    ++calls;
    *values = f_(x_ + t);
  }
  int calls = 0;

 private:
  std::function<double(double)> f_;
  double x_;
};

gt::Slope slope_of(const std::function<double(double)>& f, double x) {
  Around line(f, x);
  return gt::measure(line, {.magnitude = std::fabs(x)})[0];
}

bool is_exact(const Scalar1& c) {
  const std::string kind = c.kind;
  return kind != "float" && kind != "noisy" && kind != "iterative" && kind != "kink" &&
         kind != "offset" && kind.rfind("near a kink", 0) != 0;
}

}  // namespace

TEST_CASE("slopes of smooth functions are known to 12 digits, and their error is not underrated",
          "[gradtest][slope]") {
  std::vector<double> relative;
  int covered = 0;
  for (const Scalar1& c : scalar_functions()) {
    if (!is_exact(c)) continue;
    const gt::Slope s = slope_of(c.f, c.x);
    const double truth = c.df(c.x);
    const double off = std::fabs(s.value - truth);
    INFO(c.name << ": " << s.value << " ± " << s.error << ", the truth is " << truth);
    // The reference rounds too, by some ulp of its terms.
    const bool is_covered = off <= s.error + 8e-16 * std::fabs(truth);
    CHECK(is_covered);
    covered += is_covered;
    relative.push_back(truth == 0 ? off : off / std::fabs(truth));
  }
  REQUIRE(relative.size() >= 40);
  CHECK(covered * 100 >= static_cast<int>(relative.size()) * 99);
  std::sort(relative.begin(), relative.end());
  CHECK(relative[relative.size() / 2] <= 1e-12);
}

TEST_CASE("a smooth function takes few evaluations", "[gradtest][slope]") {
  Around line([](double x) { return std::exp(x); }, 1);
  gt::measure(line, {.magnitude = 1});
  CHECK(line.calls <= 20);
}

TEST_CASE("a kink has a slope on each side", "[gradtest][slope]") {
  const gt::Slope s = slope_of([](double x) { return x > 0 ? 3 * x : -0.5 * x; }, 0);
  CHECK(s.behaviour == gt::Behaviour::kink);
  CHECK(std::fabs(s.above - 3) < 1e-9);
  CHECK(std::fabs(s.below + 0.5) < 1e-9);
}

TEST_CASE("a small kink on a curve is seen", "[gradtest][slope]") {
  const gt::Slope s = slope_of([](double x) { return x * x + 1e-6 * std::fabs(x); }, 0);
  CHECK(s.behaviour == gt::Behaviour::kink);
  CHECK(std::fabs(s.above - 1e-6) < 1e-12);
}

TEST_CASE("a jump has no slope", "[gradtest][slope]") {
  CHECK(slope_of([](double x) { return x > 0 ? 1.0 : 0.0; }, 0).behaviour == gt::Behaviour::jump);
  CHECK(slope_of([](double x) { return x >= 2 ? x + 1e-3 : x; }, 2).behaviour ==
        gt::Behaviour::jump);
}

TEST_CASE("a slope that grows without end is told", "[gradtest][slope]") {
  CHECK(slope_of([](double x) { return std::sqrt(std::fabs(x)); }, 0).behaviour ==
        gt::Behaviour::unbounded);
  CHECK(slope_of([](double x) { return std::sqrt(x); }, 0).behaviour == gt::Behaviour::unbounded);
  CHECK(slope_of([](double x) { return std::cbrt(x); }, 0).behaviour == gt::Behaviour::unbounded);
}

TEST_CASE("a function that ends at the point has the slope of its side", "[gradtest][slope]") {
  const gt::Slope s = slope_of([](double x) { return x < 1 ? NAN : x * x * x; }, 1);
  CHECK(s.behaviour == gt::Behaviour::edge);
  CHECK(std::fabs(s.value - 3) < 1e-9);
}

TEST_CASE("steps stay within the bounds", "[gradtest][slope]") {
  double lowest = 1;
  double highest = 1;
  const auto f = [&](double x) {
    lowest = std::min(lowest, x);
    highest = std::max(highest, x);
    return std::exp(x);
  };
  Around line(f, 1);
  const gt::Slope s = gt::measure(line, {.magnitude = 1, .lowest = 0, .highest = 0.125})[0];
  CHECK(lowest == 1);
  CHECK(highest <= 1.125);
  CHECK(std::fabs(s.value - std::exp(1)) < 1e-9);
}

TEST_CASE("noise is measured, and the error covers what it does", "[gradtest][slope]") {
  for (const double size : {1e-10, 1e-8, 1e-5, 1e-3}) {
    const auto f = [size](double x) { return std::exp(x) + rough(x, size); };
    const gt::Slope s = slope_of(f, 1);
    INFO("noise " << size << ": " << s.value << " ± " << s.error);
    CHECK(std::fabs(s.value - std::exp(1)) <= s.error);
    // Central differences with the best single step have an error of some size^(2/3).
    CHECK(s.error <= 10 * std::pow(size, 2.0 / 3));
  }
}

TEST_CASE("a point that isn't finite has no slope", "[gradtest][slope]") {
  CHECK(slope_of([](double x) { return std::log(x); }, -1).behaviour == gt::Behaviour::undefined);
  CHECK(slope_of([](double x) { return 1 / x; }, 0).behaviour != gt::Behaviour::smooth);
}
