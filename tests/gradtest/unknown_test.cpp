// What the numeric derivative doesn't tell isn't called wrong, and not right either.
#include <algorithm>
#include <cmath>
#include <string>

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

TEST_CASE("what f does nearer to x than steps reach isn't told as what it does at x",
          "[gradtest][unknown]") {
  const auto tells_no_end = [](const gt::Report& r) {
    UNSCOPED_INFO(r.text());
    CHECK(r.verdict == gt::Verdict::inconclusive);
    for (const char* word : {"jumps", "without end", "there is no derivative", "nan at"}) {
      CHECK(r.text().find(word) == std::string::npos);
    }
  };
  tells_no_end(gt::check([](double x) { return 1 / (x - 1); },
                         [](double x) { return -1 / ((x - 1) * (x - 1)); }, 1 + 1e-9));
  tells_no_end(gt::check([](double x) { return std::asin(x); },
                         [](double x) { return 1 / std::sqrt(1 - x * x); }, 0.999999999));
  tells_no_end(gt::check([](double t) { return std::max(0.0, t - 1); },
                         [](double t) { return t > 1 ? 1.0 : 0.0; }, 1 + 1e-9));
}

TEST_CASE("a jump, and a slope without end, at x itself are told", "[gradtest][unknown]") {
  const auto why = [](double (*f)(double), double x) {
    return gt::check(
               f, [](double) { return 0.0; }, x)
        .text();
  };
  CHECK(why([](double x) { return std::sqrt(x); }, 0).find("without end") != std::string::npos);
  CHECK(why([](double x) { return 3 + std::cbrt(x); }, 0).find("without end") != std::string::npos);
  CHECK(why([](double x) { return x > 3 ? 2 * x : x; }, 3).find("f jumps at x") !=
        std::string::npos);
}

TEST_CASE("a bell of width 1 at 1e10 has a slope", "[gradtest][unknown]") {
  const auto f = [](double x) { return 1 / (1 + (x - 1e10) * (x - 1e10)); };
  // By hand: -2 d / (1 + d²)² = -1 / 1.5625 where d is 0.5.
  CHECK(verdict(
            f, [&](double x) { return -2 * (x - 1e10) * f(x) * f(x); }, 1e10 + 0.5) ==
        gt::Verdict::ok);
  CHECK(verdict(
            f, [&](double x) { return 2 * (x - 1e10) * f(x) * f(x); }, 1e10 + 0.5) ==
        gt::Verdict::wrong);
}
