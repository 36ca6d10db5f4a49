// Points on a manifold whose derivatives are written, and steps whose size isn't known.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "gradtest/mistakes.hpp"
#include "support/catch.hpp"
#include "tapegrad/gradtest.hpp"

namespace gt = tapegrad::gradtest;
using namespace tapegrad::test;

namespace {

/// A unit vector turned by an angle.
Vec turned(const Vec& x, View angle) {
  REQUIRE(angle.size() == 1);
  const double c = std::cos(angle[0]), s = std::sin(angle[0]);
  return {c * x[0] - s * x[1], s * x[0] + c * x[1]};
}

double cubic(View x) { return x[0] * x[0] * x[1]; }
double slope(View x) { return -2 * x[0] * x[1] * x[1] + x[0] * x[0] * x[0]; }

Vec three(View x) { return {x[0], x[1], cubic(x)}; }

const Vec x{0.6, 0.8};

bool tells(const gt::Report& r, const char* part) {
  return r.text().find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a derivative on a manifold may be written, where the size of a step is said",
          "[gradtest][manifold]") {
  const auto written = [](View at, Out g) {
    REQUIRE(g.size() == 1);
    g[0] = slope(at);
  };
  const gt::Report r = gt::check(cubic, written, x, gt::manifold(turned, 1));
  INFO(r.text());
  CHECK(r);
  const auto twice = [](View at, Out g) { g[0] = 2 * slope(at); };
  CHECK(gt::check(cubic, twice, x, gt::manifold(turned, 1)).wrong == 1);
}

TEST_CASE("a Jacobian on a manifold is written with a row for each output",
          "[gradtest][manifold]") {
  const auto written = [](View at, Out j) {
    REQUIRE(j.size() == 3);
    j[0] = -at[1];
    j[1] = at[0];
    j[2] = slope(at);
  };
  CHECK(gt::check(three, written, x, gt::manifold(turned, 1)));
  const auto values = [](View at, Out y) {
    REQUIRE(y.size() == 3);
    const Vec v = three(at);
    std::copy(v.begin(), v.end(), y.begin());
  };
  CHECK(gt::check(values, written, x, gt::manifold(turned, 1), gt::outputs(3)));
}

TEST_CASE("a step of unknown size is asked for", "[gradtest][manifold]") {
  const auto written = [](View at, Out g) { g[0] = slope(at); };
  const gt::Report r = gt::check(cubic, written, x, gt::manifold(turned));
  CHECK_FALSE(r);
  CHECK(tells(r, "say how many elements a step has"));
  const auto too_short = [](View at) { return Vec{at[0], at[1]}; };
  const gt::Report two = gt::check(three, too_short, x, gt::manifold(turned));
  CHECK(two.verdict == gt::Verdict::wrong);
  CHECK(tells(two, "the derivative has 2 elements; a multiple of 3 is expected"));
  const auto throws = [](View) -> double { throw 1; };
  CHECK(tells(gt::check(throws, written, x, gt::manifold(turned, 1)), "f throws at x"));
}
