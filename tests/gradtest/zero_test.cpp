// Slopes of 0: known to be 0 beside what the function does elsewhere, or not known.
#include <algorithm>
#include <cmath>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/gradtest.hpp"

namespace gt = tapegrad::gradtest;

TEST_CASE("a slope of 0 at an extremum is known", "[gradtest][zero]") {
  CHECK(gt::check([](double x) { return std::exp(x) / x; },
                  [](double x) { return std::exp(x) / x - std::exp(x) / (x * x); }, 1.0));
  CHECK(gt::check([](double x) { return std::cos(x); }, [](double x) { return -std::sin(x); },
                  3.14159265358979312));
}

TEST_CASE("a slope of 0 where a function is bent on both sides is known", "[gradtest][zero]") {
  const auto f = [](double x) { return x * std::fabs(x); };
  CHECK(gt::check(
            f, [](double x) { return 2 * std::fabs(x); }, 0.0)
            .verdict == gt::Verdict::ok);
  CHECK(gt::check(
            f, [](double x) { return 2 * std::fabs(x) + 1e-9; }, 0.0)
            .verdict == gt::Verdict::wrong);
}

TEST_CASE("a flat part beside a slope is known to be flat", "[gradtest][zero]") {
  const auto relu = [](double x) { return std::max(x, 0.0); };
  const auto slope = [](double x) { return x > 0 ? 1.0 : 0.0; };
  for (const double x : {-0.6, -0.1, -1e-3, -12.5}) CHECK(gt::check(relu, slope, x));
}

TEST_CASE("a flat part isn't taken for a slope", "[gradtest][zero]") {
  const auto relu = [](double x) { return std::max(x, 0.0); };
  const auto one = [](double) { return 1.0; };
  for (const double x : {-0.6, -0.1, -1e-3, -12.5}) {
    CHECK(gt::check(relu, one, x).verdict == gt::Verdict::wrong);
  }
}

TEST_CASE("an output that an input doesn't reach is 0 at the edge of another's domain",
          "[gradtest][zero]") {
  const auto f = [](const std::vector<double>& x) {
    if (x[0] < 1) throw 1;
    return std::vector<double>{x[0] * x[0], x[1] * x[1]};
  };
  const auto j = [](const std::vector<double>& x) {
    return std::vector<double>{2 * x[0], 0, 0, 2 * x[1]};
  };
  const gt::Report r = gt::check(f, j, std::vector<double>{1, 2});
  INFO(r.text());
  CHECK(r);
}
