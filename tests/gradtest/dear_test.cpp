// What a check may cost: a hundred inputs at most 4,000 evaluations, ten thousand along directions
// 1,000, whatever the function; and what is still found where that is little.
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "gradtest/mistakes.hpp"
#include "gradtest/sums.hpp"
#include "support/catch.hpp"
#include "tapegrad/gradtest.hpp"

namespace gt = tapegrad::gradtest;
using namespace tapegrad::test;

namespace {

const Sum sums[] = {
    {"sin", [](double x) { return std::sin(x); }, [](double x) { return std::cos(x); }},
    {"relu", [](double x) { return std::fmax(x, 0); }, [](double x) { return x > 0 ? 1.0 : 0.0; }},
    {"a ripple", [](double x) { return x * x + 1e-3 * std::sin(1e4 * x); },
     [](double x) { return 2 * x + 10 * std::cos(1e4 * x); }},
    {"float", [](double x) { return as_float(std::sin(x)); }, [](double x) { return std::cos(x); }},
    {"softplus", [](double x) { return std::log1p(std::exp(x)); },
     [](double x) { return 1 / (1 + std::exp(-x)); }},
    {"rough", [](double x) { return x * x + rough(x, 1e-7); }, [](double x) { return 2 * x; }},
    {"root", [](double x) { return std::sqrt(std::fabs(x)); },
     [](double x) { return std::copysign(0.5 / std::sqrt(std::fabs(x)), x); }}};

Vec of_sizes(std::size_t n, double large, double small) {
  Vec x;
  for (std::size_t i = 0; i < n; ++i) {
    const double part = static_cast<double>(i % 12) / 12;
    x.push_back(std::sin(1.0 + static_cast<double>(i)) * large * std::pow(small / large, part));
  }
  return x;
}

double largest(const Vec& x) {
  double most = x[0];
  for (const double v : x) most = std::fmax(most, v);
  return most;
}

Vec largest_gradient(const Vec& x) {
  Vec g;
  const double most = largest(x);
  for (const double v : x) g.push_back(v == most ? 1 : 0);
  return g;
}

}  // namespace

TEST_CASE("no function of a hundred inputs takes more than 4,000 evaluations", "[gradtest][cost]") {
  const std::pair<double, double> ranges[] = {
      {1, 1}, {1, 1e-4}, {1e3, 1}, {1e-8, 1e-8}, {1e4, 1e4}};
  for (const auto& [large, small] : ranges) {
    const Vec x = of_sizes(100, large, small);
    for (const Sum& f : sums) {
      // A ripple on a sum of 1e10 is what docs/testing_derivatives.md says isn't seen.
      if (large == 1e4 && f.name == std::string("a ripple")) continue;
      const gt::Report r = gt::check(
          f, [&f](const Vec& at) { return f.gradient(at); }, x, gt::tolerance(1e-4));
      INFO(f.name << " from " << large << " to " << small << ": " << r.text());
      CHECK(r.verdict != gt::Verdict::wrong);
      CHECK(r.evaluations <= 4000);
    }
    CHECK(gt::check(largest, largest_gradient, x).evaluations <= 4000);
  }
}

TEST_CASE("what is left of a hundred inputs of a dear function is compared along directions",
          "[gradtest][cost]") {
  const Vec x = of_sizes(100, 1, 1);
  const gt::Report right = gt::check(largest, largest_gradient, x);
  INFO(right.text());
  CHECK(right.verdict != gt::Verdict::wrong);
  CHECK(right.text().find("f is hard to measure: from x[") != std::string::npos);
  const gt::Report wrong = gt::check(
      largest,
      [](const Vec& at) {
        Vec g = largest_gradient(at);
        g[97] += 0.5;
        return g;
      },
      x);
  INFO(wrong.text());
  REQUIRE(wrong.verdict == gt::Verdict::wrong);
  CHECK(wrong.worst[0].name == "d f / d x[97]");
}

TEST_CASE("no function of ten thousand inputs takes more than 1,000 evaluations along directions",
          "[gradtest][cost]") {
  Vec x;
  for (int i = 0; i < 10000; ++i) x.push_back(0.7 + 0.1 * std::sin(i));
  const Sum kinks{"kinks", [](double v) { return std::fabs(v - 0.7); },
                  [](double v) { return v > 0.7   ? 1.0
                                        : v < 0.7 ? -1.0
                                                  : 0.0; }};
  const auto evaluations = [&](const Sum& f) {
    const gt::Report r = gt::check(
        f, [&f](const Vec& at) { return f.gradient(at); }, x, gt::directions(8),
        gt::tolerance(1e-4));
    INFO(f.name << ": " << r.text());
    CHECK(r.verdict != gt::Verdict::wrong);
    return r.evaluations;
  };
  CHECK(evaluations(kinks) <= 1000);  // 2,050 before
  for (const Sum& f : sums) CHECK(evaluations(f) <= 1000);
}

TEST_CASE("where f isn't finite at x nothing is measured", "[gradtest][cost]") {
  const auto f = [](const Vec& x) { return std::exp(x[0]) * x[1]; };
  const auto g = [](const Vec& x) { return Vec{std::exp(x[0]) * x[1], std::exp(x[0])}; };
  const gt::Report r = gt::check(f, g, Vec{1000, 2});
  INFO(r.text());
  CHECK(r.verdict == gt::Verdict::inconclusive);
  CHECK(r.evaluations <= 30);  // 400 before
}
