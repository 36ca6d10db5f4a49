// What the numeric derivative doesn't tell isn't called wrong, and not right either.
#include <algorithm>
#include <cmath>

#include "support/catch.hpp"
#include "tapegrad/gradtest.hpp"

namespace gt = tapegrad::gradtest;

namespace {

template <class F, class D, class... O>
gt::Verdict verdict(const F& f, const D& derivative, double x, const O&... options) {
  const gt::Report r = gt::check(f, derivative, x, options...);
  UNSCOPED_INFO(r.text());
  return r.verdict;
}

}  // namespace

TEST_CASE("a slope that few steps see isn't called wrong", "[gradtest][unknown]") {
  const double at = 1 + 2.9e-9;
  CHECK(verdict([=](double t) { return t > at ? NAN : t * t; }, [](double t) { return 2 * t; },
                1) == gt::Verdict::inconclusive);
  CHECK(verdict([](double t) { return std::sqrt(t - 1); },
                [](double t) { return 0.5 / std::sqrt(t - 1); }, at,
                gt::domain(1, INFINITY)) == gt::Verdict::inconclusive);
}

TEST_CASE("a number from which a step leads beyond all others has a slope", "[gradtest][unknown]") {
  const auto same = [](double x) { return x; };
  CHECK(verdict(
            same, [](double) { return 1.0; }, 1.7e308) == gt::Verdict::ok);
  CHECK(verdict(
            same, [](double) { return 2.0; }, 1.7e308) == gt::Verdict::wrong);
}

TEST_CASE("a slope that the finest steps contradict isn't known", "[gradtest][unknown]") {
  const double at = 1 + 2.9e-9;
  const auto bent = [=](double t) { return std::max(0.0, t - at) + t; };
  CHECK(verdict(
            bent, [=](double t) { return t > at ? 2.0 : 1.0; }, 1) != gt::Verdict::wrong);
  CHECK(verdict(
            bent, [](double) { return 1.47; }, 1) != gt::Verdict::ok);
}

TEST_CASE("a fast oscillation on a slope isn't taken for noise", "[gradtest][unknown]") {
  const auto f = [](double t) { return std::sin(1e6 * t) + t; };
  const auto right = [](double t) { return 1e6 * std::cos(1e6 * t) + 1; };
  for (const double x : {1e4, 3e4, 12345.678}) {
    CHECK(verdict(f, right, x) != gt::Verdict::wrong);
    CHECK(verdict(
              f, [](double) { return 1.0; }, x) != gt::Verdict::ok);
  }
}

TEST_CASE("a slope beyond those of both sides of a kink is wrong", "[gradtest][unknown]") {
  const auto relu = [](double x) { return std::max(x, 0.0); };
  const auto f = [&](double x) { return 1 + x * x - 2 * relu(x) * relu(x); };
  CHECK(verdict(
            f, [](double x) { return 4 * x; }, -1e-8) == gt::Verdict::wrong);
  CHECK(verdict(
            f, [&](double x) { return 2 * x - 4 * relu(x); }, -1e-8) != gt::Verdict::wrong);
}
