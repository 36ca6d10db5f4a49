// Functions whose values are rounded more coarsely than their steps, and views as points.
#include <cmath>
#include <span>
#include <vector>

#include "gradtest/mistakes.hpp"
#include "support/catch.hpp"
#include "tapegrad/gradtest.hpp"

namespace gt = tapegrad::gradtest;
using namespace tapegrad::test;

TEST_CASE("steps that rounding swallows are no slope of 0", "[gradtest]") {
  const auto log_near_1 = [](double x) { return std::log(1 + x); };
  CHECK(gt::check(
      log_near_1, [](double x) { return 1 / (1 + x); }, 1e-17));
  CHECK(gt::check([](double x) { return 1 - std::cos(x); }, [](double x) { return std::sin(x); },
                  1e-9));
  CHECK_FALSE(gt::check(
      log_near_1, [](double) { return 0.0; }, 1e-17));
}

TEST_CASE("a gradient of 0 isn't taken for right where nothing is known", "[gradtest]") {
  CHECK_FALSE(gt::check([](double x) { return 1e16 + x; }, [](double) { return 0.0; }, 1.0));
}

TEST_CASE("what a span looks at is left alone", "[gradtest][forms]") {
  Vec values{-1.2, 1, 0.5};
  CHECK(gt::check(rosenbrock, rosenbrock_gradient, std::span<double>(values)));
  CHECK(values == Vec{-1.2, 1, 0.5});
}

TEST_CASE("a Hessian that isn't symmetric is told", "[gradtest]") {
  const auto f = [](View x) { return x[0] * x[0] * x[1]; };
  const auto g = [](View x) { return Vec{2 * x[0] * x[1], x[0] * x[0]}; };
  // Off by less than the tolerance of the elements.
  const auto h = [](View x) { return Vec{2 * x[1], 2 * x[0], 2 * x[0] * (1 + 5e-7), 0}; };
  CHECK_FALSE(gt::check_hessian(f, g, h, Vec{1.5, 0.5}));
}

TEST_CASE("values that were rounded on their way are seen to be", "[gradtest]") {
  int wrong = 0, missed = 0, count = 0;
  for (const double offset : {1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10}) {
    const auto f = [=](View x) { return ((offset + std::sin(x[0])) - offset) * x[1]; };
    const auto g = [](View x) { return Vec{std::cos(x[0]) * x[1], std::sin(x[0])}; };
    const auto twice = [&](View x) { return Vec{2 * g(x)[0], g(x)[1]}; };
    for (double x = 0.3; x < 6; x += 0.11) {
      wrong += gt::check(f, g, Vec{x, 0.7}, gt::tolerance(1e-4)).verdict == gt::Verdict::wrong;
      missed += gt::check(f, twice, Vec{x, 0.7}, gt::tolerance(1e-4)).verdict == gt::Verdict::ok;
      ++count;
    }
  }
  INFO(wrong << " wrong, " << missed << " missed of " << count);
  CHECK(wrong == 0);
  CHECK(missed == 0);
  CHECK(gt::check([](View x) { return ((1e6 + std::sin(x[0])) - 1e6) * x[1]; },
                  [](View x) {
                    return Vec{std::cos(x[0]) * x[1], std::sin(x[0])};
                  },
                  Vec{2.9, 0.7}, gt::tolerance(1e-4))
            .verdict != gt::Verdict::wrong);
}

TEST_CASE("a product of floats is rounded at each factor: slopes below its last bit aren't wrong",
          "[gradtest][rounded][cost]") {
  const auto product = [](const Vec& x) {
    float p = 1;
    for (const double v : x) p *= std::tanh(static_cast<float>(v));
    return static_cast<double>(p);
  };
  const auto gradient = [](const Vec& x) {
    Vec g;
    for (std::size_t i = 0; i < x.size(); ++i) {
      double p = 1;
      for (std::size_t j = 0; j < x.size(); ++j)
        p *= j == i ? std::pow(std::cosh(x[j]), -2) : std::tanh(x[j]);
      g.push_back(p);
    }
    return g;
  };
  // 16: a factor's last bit is 3/2 of the product's; 2048: one direction leads to a step of
  // floats from a thousand times as far. Both were called wrong.
  for (const double size : {1.0, 16.0, 2048.0}) {
    for (const int first : {0, 1}) {
      Vec x;
      for (int i = 0; i < 100; ++i) {
        const double u = size * std::sin(1 + 1.7 * i + 37.3 * first);
        x.push_back(std::copysign(std::fabs(u) + 0.3, u));
      }
      const gt::Report r = gt::check(product, gradient, x, gt::tolerance(1e-3));
      INFO(size << ", " << first << ": " << r.text());
      CHECK(r.verdict != gt::Verdict::wrong);
      CHECK(r.evaluations <= 4000);
    }
  }
}
