// Options that can't be meant, points of whole numbers, and what is said of functions beside their
// numbers.
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "gradtest/mistakes.hpp"
#include "support/catch.hpp"
#include "tapegrad/gradtest.hpp"

namespace gt = tapegrad::gradtest;
using namespace tapegrad::test;

namespace {

double cubic(View x) { return x[0] * x[0] * x[1]; }
Vec cubic_gradient(View x) { return {2 * x[0] * x[1], x[0] * x[0]}; }

template <class... O>
std::string refusal(const O&... options) {
  const gt::Report r = gt::check(cubic, cubic_gradient, Vec{1, 2}, options...);
  CHECK(r.verdict == gt::Verdict::inconclusive);
  CHECK_FALSE(r);
  CHECK(r.evaluations == 0);
  return r.findings.empty() ? "" : r.findings[0];
}

}  // namespace

TEST_CASE("options that can't be meant are refused", "[gradtest][refused]") {
  using Ends = std::vector<std::pair<double, double>>;
  CHECK(refusal(gt::domain(0, 1)) == "x[1] = 2 lies outside of its domain, from 0 to 1");
  CHECK(refusal(gt::domain(3, 0)) == "the domain of x[0] goes from 3 to 0");
  CHECK(refusal(gt::domain(0, NAN)) == "the domain of x[0] goes from 0 to nan");
  CHECK(refusal(gt::domain(Ends{{0, 3}, {0, 3}, {0, 3}})) ==
        "the domain has ends for 3 of 2 inputs");
  CHECK(refusal(gt::names{"a", "b", "c"}) == "3 names for 2 inputs");
  CHECK(refusal(gt::points(-1)) == "-1 points and 0 directions: neither may be negative");
  CHECK(refusal(gt::directions(-2)) == "3 points and -2 directions: neither may be negative");
  CHECK(refusal(gt::tolerance(INFINITY), gt::accept_inconclusive{}) == "the tolerance is inf");
  CHECK(refusal(gt::tolerance(-1)) == "the tolerance is -1");
  CHECK(gt::check(cubic, cubic_gradient, Vec{1, 2}, gt::domain(1, 2), gt::names{"a"}));
  const auto along = [](View x, View u) { return u[0] * 2 * x[0] * x[1] + u[1] * x[0] * x[0]; };
  const gt::Report product = gt::check_jvp(cubic, along, Vec{1, 2}, gt::domain(0, 1));
  REQUIRE(product.findings.size() == 1);
  CHECK(product.findings[0] == "x[1] = 2 lies outside of its domain, from 0 to 1");
  CHECK(gt::check([](View) { return 1.0; }, [](View) { return Vec{}; }, Vec{}).findings.size() ==
        1);
}

TEST_CASE("points of whole numbers are points of real ones", "[gradtest][forms]") {
  const int array[2] = {1, 2};
  CHECK(gt::check(cubic, cubic_gradient, array));
  CHECK(gt::check(cubic, cubic_gradient, std::vector<int>{1, 2}));
}

TEST_CASE("all evaluations of a function are counted", "[gradtest][cost]") {
  std::size_t calls = 0;
  const auto f = [&](View x) { return ++calls, cubic(x); };
  const Vec x{1, 2};
  const auto counts = [&](const gt::Report& r) {
    INFO(r.text());
    CHECK(r);
    CHECK(r.evaluations == std::exchange(calls, 0));
  };
  counts(gt::check(f, cubic_gradient, x));
  counts(gt::check(f, cubic_gradient, x, gt::directions(2)));
  counts(gt::check_vjp(
      f,
      [](View at, double v) {
        return Vec{v * 2 * at[0] * at[1], v * at[0] * at[0]};
      },
      x));
  counts(gt::check_jvp(
      f, [](View at, View u) { return u[0] * 2 * at[0] * at[1] + u[1] * at[0] * at[0]; }, x));
  const auto plus = [](const Vec& at, View d) { return Vec{at[0] + d[0], at[1] - d[0]}; };
  const auto by_step = [](View at) { return 2 * at[0] * at[1] - at[0] * at[0]; };
  counts(gt::check(f, by_step, x, gt::manifold(plus)));
}

TEST_CASE("a derivative that is another at its third call doesn't use what f left",
          "[gradtest][refused]") {
  int calls = 0;
  const gt::Report r = gt::check([](double x) { return x * x; },
                                 [&calls](double x) { return ++calls == 3 ? 4 * x : 2 * x; }, 1.5);
  CHECK(r.verdict == gt::Verdict::wrong);
  CHECK(r.text().find("gives 3, then 6 at the same x") != std::string::npos);
  CHECK(r.text().find("what f left") == std::string::npos);
}

TEST_CASE("a derivative that uses what f left is told, and no mistake", "[gradtest][refused]") {
  double left = 0;
  const auto f = [&](double x) { return left = std::exp(-x * x); };
  const gt::Report r = gt::check(
      f, [&](double x) { return -2 * x * left; }, 0.5);
  INFO(r.text());
  CHECK(r);
  REQUIRE(r.findings.size() == 1);
  CHECK(r.findings[0].find("uses what f left") != std::string::npos);
  const gt::Report by_itself = gt::check(
      f, [](double x) { return -2 * x * std::exp(-x * x); }, 0.5);
  CHECK(by_itself);
  CHECK(by_itself.findings.empty());
}
