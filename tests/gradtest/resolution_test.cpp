// What values don't show: changes below their last bit, oscillations between steps, outputs that
// drown others. Right derivatives are not called wrong there.
#include <cmath>
#include <functional>
#include <vector>

#include "gradtest/mistakes.hpp"
#include "support/catch.hpp"
#include "tapegrad/gradtest.hpp"

namespace gt = tapegrad::gradtest;
using namespace tapegrad::test;

namespace {

double softplus(double x) { return std::log(1 + std::exp(x)); }
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

constexpr double turns = 2 * M_PI * 0x1p+20;

}  // namespace

TEST_CASE("a slope below the last bit of what values are made from isn't called wrong",
          "[gradtest][resolution]") {
  for (const double x : {-40.0, -38.0, -36.0, -35.0, -30.0, -20.0}) {
    const gt::Report r = gt::check(softplus, sigmoid, x);
    INFO(x << ": " << r.text());
    CHECK(r.verdict != gt::Verdict::wrong);
    CHECK(gt::check(
              softplus, [](double) { return 1.0; }, x)
              .verdict == gt::Verdict::wrong);
  }
  for (const double x : {20.0, 30.0, 36.0, 40.0, 100.0}) {
    const gt::Report r = gt::check(cross_entropy, cross_entropy_gradient, Vec{x, 0, 1});
    INFO(x << ": " << r.text());
    CHECK(r.verdict != gt::Verdict::wrong);
  }
}

TEST_CASE("a small slope on a flat part is wrong where it would be seen",
          "[gradtest][resolution]") {
  const auto relu = [](double x) { return std::fmax(x, 0); };
  const auto leaky = [](double x) { return x > 0 ? 1 : 0.01; };
  for (const double x : {-0.1, -0.6, -3.0}) {
    CHECK(gt::check(relu, leaky, x).verdict == gt::Verdict::wrong);
  }
}

TEST_CASE("an oscillation finer than the steps from the size of x is found by those from 1",
          "[gradtest][resolution]") {
  const auto f = [](const Vec& x) { return std::sin(x[0]) + std::cos(x[1]); };
  const auto g = [](const Vec& x) { return Vec{std::cos(x[0]), -std::sin(x[1])}; };
  const auto twice = [](const Vec& x) { return Vec{2 * std::cos(x[0]), -2 * std::sin(x[1])}; };
  for (const double x : {1e4, 1e6, 1e8, 1e10}) {
    const Vec at{x, 1.3 * x};
    const gt::Report single = gt::check(f, g, at);
    INFO(single.text());
    CHECK(single.verdict != gt::Verdict::wrong);
    const gt::Report along = gt::check(f, g, at, gt::directions(4));
    INFO(along.text());
    CHECK(along.verdict != gt::Verdict::wrong);
    CHECK_FALSE(gt::check(f, twice, at, gt::directions(4)));
  }
}

TEST_CASE(
    "no right derivative of an oscillation is called wrong while its period has some bits of x",
    "[gradtest][resolution]") {
  const auto f = [](const Vec& x) { return std::exp(std::sin(x[0] - x[1])); };
  const auto g = [](const Vec& x) {
    const double d = std::exp(std::sin(x[0] - x[1])) * std::cos(x[0] - x[1]);
    return Vec{d, -d};
  };
  const auto twice = [&](const Vec& x) { return Vec{2 * g(x)[0], 2 * g(x)[1]}; };
  int ok = 0, count = 0;
  for (double size = 1e7; size < 2e11; size *= std::sqrt(10.0)) {
    for (int k = 0; k < 20; ++k) {
      const Vec x{size * (1 + 0.037 * k), size * (1.3 - 0.021 * k)};
      for (const int directions : {0, 4}) {
        const gt::directions way(directions);
        const gt::Report r = gt::check(f, g, x, way, gt::points(3, 1 + static_cast<unsigned>(k)));
        INFO(size << ", " << k << ": " << r.text());
        CHECK(r.verdict != gt::Verdict::wrong);
        CHECK(gt::check(f, twice, x, way).verdict == gt::Verdict::wrong);
        ok += r.verdict == gt::Verdict::ok;
        ++count;
      }
    }
  }
  CHECK(ok > 0.9 * count);
}

TEST_CASE("an oscillation that few or no steps resolve is not decided by chance",
          "[gradtest][resolution]") {
  struct Oscillation {
    std::function<double(const Vec&)> f;
    std::function<Vec(const Vec&)> gradient;
  };
  const Oscillation oscillations[] = {
      {[](const Vec& x) { return std::exp(std::sin(x[0] - x[1])); },
       [](const Vec& x) {
         const double d = std::exp(std::sin(x[0] - x[1])) * std::cos(x[0] - x[1]);
         return Vec{d, -d};
       }},
      {[](const Vec& x) { return 1e-12 * x[0] * std::sin(x[0] + x[1]); },
       [](const Vec& x) {
         const double c = 1e-12 * x[0] * std::cos(x[0] + x[1]);
         return Vec{1e-12 * std::sin(x[0] + x[1]) + c, c};
       }}};
  for (const Oscillation& o : oscillations) {
    const auto twice = [&](const Vec& x) {
      const Vec g = o.gradient(x);
      return Vec{2 * g[0], 2 * g[1]};
    };
    for (double size = 1e11; size < 4e14; size *= std::sqrt(10.0)) {
      for (int k = 0; k < 30; k += 4) {
        const Vec x{size * (1 + 0.0413 * k), size * (1.3 - 0.0173 * k)};
        for (const int directions : {0, 4}) {
          const gt::directions way(directions);
          const gt::points near(3, 101 + static_cast<unsigned>(k));
          const gt::Report r = gt::check(o.f, o.gradient, x, way, near);
          INFO(size << ", " << k << ": " << r.text());
          CHECK(r.verdict != gt::Verdict::wrong);
          CHECK(gt::check(o.f, twice, x, way, near).verdict != gt::Verdict::ok);
        }
      }
    }
  }
}

TEST_CASE("an oscillation beside a number as large as its own isn't called wrong",
          "[gradtest][resolution]") {
  const auto f = [](const Vec& x) { return x[1] + std::sin(10 * x[0]); };
  const auto g = [](const Vec& x) { return Vec{10 * std::cos(10 * x[0]), 1}; };
  const auto twice = [&](const Vec& x) { return Vec{2 * g(x)[0], 2}; };
  int said = 0;
  for (double size = 3e9; size < 2e17; size *= std::sqrt(10.0)) {
    for (int k = 0; k < 30; k += 4) {
      const Vec x{size * (1 + 0.0413 * k), size * (1.3 - 0.0173 * k)};
      for (const int directions : {0, 4}) {
        const gt::directions way(directions);
        const gt::points near(3, 101 + static_cast<unsigned>(k));
        const gt::Report r = gt::check(f, g, x, way, near);
        INFO(size << ", " << k << ": " << r.text());
        CHECK(r.verdict != gt::Verdict::wrong);  // of 960 such 606 were
        CHECK(gt::check(f, twice, x, way, near).verdict != gt::Verdict::ok);
        said += r.text().find("x is so large that its last bits may hide") != std::string::npos;
      }
    }
  }
  CHECK(said > 20);
}

TEST_CASE("a wrong derivative by a huge number is wrong", "[gradtest][resolution]") {
  const auto f = [](const Vec& x) { return 6.674e-11 * x[0] * x[1] / (x[2] * x[2]); };
  const auto g = [](const Vec& x, double factor) {
    const double force = 6.674e-11 * x[0] * x[1] / (x[2] * x[2]);
    return Vec{force / x[0], force / x[1], -factor * force / x[2]};
  };
  const Vec earth_and_sun{5.972e24, 1.989e30, 1.496e11};
  CHECK(gt::check(
      f, [&](const Vec& x) { return g(x, 2); }, earth_and_sun));
  const gt::Report r = gt::check(
      f, [&](const Vec& x) { return g(x, 1); }, earth_and_sun);
  INFO(r.text());
  CHECK(r.verdict == gt::Verdict::wrong);
  for (double x = 1e5; x < 1e31; x *= 1e5) {
    CHECK(gt::check([](double v) { return 3 * v; }, [](double) { return 3.0; }, x));
    CHECK(gt::check([](double v) { return 3 * v; }, [](double) { return 6.0; }, x).verdict ==
          gt::Verdict::wrong);
  }
}

TEST_CASE("a kink at a large number is one", "[gradtest][resolution]") {
  for (const double at : {1e4, 1e8, 1e12}) {
    const auto f = [at](double x) { return std::fabs(x - at); };
    const gt::Report r = gt::check(
        f, [at](double x) { return x > at ? 1.0 : -1.0; }, at);
    INFO(r.text());
    CHECK(r.kinks == 1);
    CHECK(gt::check(
              f, [](double) { return 1.5; }, at)
              .verdict == gt::Verdict::wrong);
  }
}

TEST_CASE("a ripple whose period is a power of two isn't overlooked", "[gradtest][resolution]") {
  for (const double size : {1e-4, 1e-6, 1e-9}) {
    const auto f = [size](double x) { return x + size * std::sin(turns * x); };
    const auto g = [size](double x) { return 1 + size * turns * std::cos(turns * x); };
    for (const double x : {0.7, 0.75, 3.1}) {
      const gt::Report r = gt::check(f, g, x);
      INFO(size << " at " << x << ": " << r.text());
      CHECK(r.verdict != gt::Verdict::wrong);
      const gt::Report without = gt::check(
          f, [](double) { return 1.0; }, x);
      INFO(without.text());
      CHECK(without.verdict != gt::Verdict::ok);
    }
  }
}

TEST_CASE("what is part float and part double is taken as it is meant", "[gradtest][resolution]") {
  const auto f = [](double x) { return double(float(std::exp(x))) + 0.5 * x * x; };
  CHECK(gt::check(
      f, [](double x) { return std::exp(x) + x; }, 0.7));
  CHECK_FALSE(gt::check(
      f, [](double x) { return x; }, 0.7));
}

TEST_CASE("outputs whose sizes are 1e20 apart are seen both", "[gradtest][resolution]") {
  const auto f = [](const Vec& x) { return Vec{std::sin(x[0]), 1e20 * std::cos(x[0] * x[1])}; };
  const auto vjp = [](double factor) {
    return [factor](const Vec& x, const Vec& v) {
      const double s = 1e20 * std::sin(x[0] * x[1]);
      return Vec{factor * v[0] * std::cos(x[0]) - v[1] * s * x[1], -v[1] * s * x[0]};
    };
  };
  CHECK(gt::check_vjp(f, vjp(1), Vec{0.7, 0.3}));
  CHECK(gt::check_vjp(f, vjp(2), Vec{0.7, 0.3}).verdict == gt::Verdict::wrong);
  const auto apart = [](const Vec& x) { return Vec{std::sin(x[0]), 1e20 * std::cos(x[1])}; };
  const auto apart_vjp = [](const Vec& x, const Vec& v) {
    return Vec{v[0] * std::cos(x[0]), -1e20 * v[1] * std::sin(x[1])};
  };
  CHECK(gt::check_vjp(apart, apart_vjp, Vec{0.7, 0.3}));
}
