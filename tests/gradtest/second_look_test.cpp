// Sums that are rounded, with kinks and ripples inside: slopes that only seem to converge call no
// right derivative wrong, and what can't be measured ends in time.
#include <cmath>
#include <string>
#include <vector>

#include "gradtest/mistakes.hpp"
#include "gradtest/sums.hpp"
#include "support/catch.hpp"
#include "tapegrad/gradtest.hpp"

namespace gt = tapegrad::gradtest;
using namespace tapegrad::test;

namespace {

const Sum sums[] = {
    {"relu", [](double x) { return std::fmax(x, 0); }, [](double x) { return x > 0 ? 1.0 : 0.0; }},
    {"kinks", [](double x) { return std::fabs(x - 0.7); },
     [](double x) { return x > 0.7 ? 1.0 : -1.0; }},
    {"a ripple", [](double x) { return x + 0.01 * std::sin(300 * x); },
     [](double x) { return 1 + 3 * std::cos(300 * x); }},
    {"root", [](double x) { return std::sqrt(std::fabs(x)); },
     [](double x) { return std::copysign(0.5 / std::sqrt(std::fabs(x)), x); }},
    {"log", [](double x) { return std::log(1e-3 + x * x); },
     [](double x) { return 2 * x / (1e-3 + x * x); }}};

/// Inputs of sizes from `large` to `small`.
Vec of_sizes(std::size_t n, double large, double small) {
  Vec x;
  for (std::size_t i = 0; i < n; ++i) {
    const double part = static_cast<double>(i % 12) / 12;
    x.push_back(std::sin(1.0 + static_cast<double>(i)) * large * std::pow(small / large, part));
  }
  return x;
}

/// Of the sum in multiples of 1e-3.
gt::Report along(const Sum& f, const Vec& x, double factor = 1) {
  const auto rounded = [&](const Vec& at) { return std::round(f(at) / 1e-3) * 1e-3; };
  const auto gradient = [&](const Vec& at) {
    Vec g = f.gradient(at);
    for (double& v : g) v *= factor;
    return g;
  };
  return gt::check(rounded, gradient, x, gt::directions(8), gt::tolerance(1e-4));
}

}  // namespace

TEST_CASE("kinks and ripples inside a rounded sum are called wrong along no direction",
          "[gradtest][rounded]") {
  for (const Sum& f : sums) {
    for (const double small : {1.0, 1e-2, 1e-4, 1e-7}) {
      for (const std::size_t n : {1000u, 2000u}) {
        const Vec x = of_sizes(n, 1, small);
        const gt::Report right = along(f, x);
        INFO(f.name << ", " << n << " from 1 to " << small << ": " << right.text());
        CHECK(right.verdict != gt::Verdict::wrong);  // 20 of 40 before
        CHECK(right.evaluations <= 1000);
        CHECK(along(f, x, 1.5).verdict != gt::Verdict::ok);
      }
    }
  }
}

TEST_CASE("a rounded sum of ten thousand inputs takes no more than 1,000 evaluations",
          "[gradtest][rounded][cost]") {
  for (const Sum& f : sums) {
    for (const Vec& x : {of_sizes(10000, 1e4, 1e-12), of_sizes(10000, 1e-8, 1e-8)}) {
      const gt::Report r = along(f, x);
      INFO(f.name << ": " << r.text());
      CHECK(r.verdict != gt::Verdict::wrong);
      CHECK(r.evaluations <= 1000);
    }
  }
}

TEST_CASE("directions that weren't compared are told", "[gradtest][cost]") {
  const gt::Report r = along(sums[1], of_sizes(1000, 1, 1e-4));
  INFO(r.text());
  CHECK(r.text().find("f is hard to measure: ") != std::string::npos);
  CHECK(r.text().find(" directions were compared") != std::string::npos);
}

TEST_CASE("a ripple that looks like noise doesn't call its own slope wrong",
          "[gradtest][ripple][rounded]") {
  const auto f = [](double x) {
    return std::round(1e3 * (70 + x + 0.01 * std::sin(300 * x))) * 1e-3;
  };
  const auto slope = [](double x) { return 1 + 3 * std::cos(300 * x); };
  int wrong = 0, told = 0;
  for (int i = 0; i < 60; ++i) {
    const double x = 0.6 + 0.0037 * i;
    const gt::Report r = gt::check(f, slope, x, gt::points(0));
    wrong += r.verdict == gt::Verdict::wrong;
    told += r.text().find("what looks like noise may be a ripple") != std::string::npos;
  }
  CHECK(wrong == 0);  // 49 before
  CHECK(told > 0);
}

TEST_CASE("a mistake beside noise is wrong at the second look as well", "[gradtest][rounded]") {
  const auto f = [](const Vec& x) { return as_float(std::sin(x[0]) * std::exp(x[1])); };
  for (int i = 0; i < 40; ++i) {
    const Vec x{0.2 + 0.03 * i, 0.9 - 0.05 * i};
    const auto g = [](const Vec& at) {
      return Vec{1.01 * std::cos(at[0]) * std::exp(at[1]), std::sin(at[0]) * std::exp(at[1])};
    };
    const gt::Report r = gt::check(f, g, x, gt::tolerance(1e-4));
    INFO(i << ": " << r.text());
    CHECK(r.verdict == gt::Verdict::wrong);
  }
}
