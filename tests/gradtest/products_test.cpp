// Products of Jacobians and Hessians with vectors: of either sign, within a domain, at a corner.
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

bool tells(const gt::Report& r, const char* part) {
  return r.text().find(part) != std::string::npos;
}

double inverse_product(View x) { return 1 / (x[0] * x[1]); }
double inverse_product_along(View x, View u) {
  return -u[0] / (x[0] * x[0] * x[1]) - u[1] / (x[0] * x[1] * x[1]);
}

}  // namespace

TEST_CASE("a product that isn't linear in its vector is wrong", "[gradtest][products]") {
  const auto f = [](View x) { return x[0] * x[0] + x[1]; };
  for (const unsigned seed : {1u, 2u, 3u, 4u}) {
    const gt::points near(3, seed);
    CHECK(gt::check_jvp(
        f, [](View x, View u) { return 2 * x[0] * u[0] + u[1]; }, Vec{1.5, 2}, near));
    CHECK_FALSE(gt::check_jvp(
        f, [](View x, View u) { return 2 * x[0] * std::fabs(u[0]) + u[1]; }, Vec{1.5, 2}, near));
    CHECK_FALSE(gt::check_jvp(
        f, [](View x, View u) { return 2 * x[0] * std::max(u[0], 0.0) + u[1]; }, Vec{1.5, 2},
        near));
    const auto vjp = [](View x, double v) { return Vec{2 * x[0] * v, v}; };
    const auto of_size = [](View x, double v) { return Vec{2 * x[0] * std::fabs(v), v}; };
    CHECK(gt::check_vjp(f, vjp, Vec{1.5, 2}, near));
    CHECK_FALSE(gt::check_vjp(f, of_size, Vec{1.5, 2}, near));
    const auto gradient = [](View x) { return Vec{2 * x[0], 1}; };
    const auto hvp = [](View, View u) { return Vec{2 * u[0], 0}; };
    const auto positive = [](View, View u) { return Vec{2 * std::fabs(u[0]), 0}; };
    CHECK(gt::check_hvp(gradient, hvp, Vec{1.5, 2}, near));
    CHECK_FALSE(gt::check_hvp(gradient, positive, Vec{1.5, 2}, near));
  }
}

TEST_CASE("a directional derivative at a kink need not be linear", "[gradtest][products]") {
  const auto f = [](View x) { return std::fabs(x[0]) + x[1]; };
  const auto along = [](View x, View u) {
    return (x[0] > 0 ? u[0] : x[0] < 0 ? -u[0] : std::fabs(u[0])) + u[1];
  };
  CHECK(gt::check_jvp(f, along, Vec{0, 2}).verdict != gt::Verdict::wrong);
}

TEST_CASE("products stay within the domain of x", "[gradtest][products]") {
  for (const double x : {4.9, 4.999, 1.01}) {
    double least = 5, most = 1;
    const auto f = [&](View at) {
      for (const double v : at) {
        least = std::min(least, v);
        most = std::max(most, v);
      }
      return inverse_product(at);
    };
    const gt::Report r = gt::check_jvp(f, inverse_product_along, Vec{x, x}, gt::domain(1, 5));
    INFO(x << ": " << r.text());
    CHECK(r);
    CHECK(least >= 1 - 1e-12);
    CHECK(most <= 5 + 1e-12);
  }
}

TEST_CASE("directions lead from a corner into the domain", "[gradtest][products]") {
  const auto f = [](View x) { return std::sqrt(x[0] + 1) * std::exp(x[1]) - x[0]; };
  const auto g = [](View x) {
    const double root = std::sqrt(x[0] + 1);
    return Vec{std::exp(x[1]) / (2 * root) - 1, root * std::exp(x[1])};
  };
  const auto inside = [&](View x) {
    return x[0] < 0 || x[1] < 0 || x[0] > 1 || x[1] > 1 ? NAN : f(x);
  };
  const auto along = [&](View x, View u) { return g(x)[0] * u[0] + g(x)[1] * u[1]; };
  for (unsigned seed = 1; seed <= 8; ++seed) {
    for (const Vec& x : {Vec{0, 0}, Vec{1, 0}, Vec{1, 1}}) {
      const gt::points near(3, seed);
      const gt::Report product = gt::check_jvp(inside, along, x, gt::domain(0, 1), near);
      INFO(product.text());
      CHECK(product);
      const gt::Report r = gt::check(inside, g, x, gt::domain(0, 1), gt::directions(4), near);
      INFO(r.text());
      CHECK(r);
    }
  }
}

TEST_CASE("a tangent hasn't the name of an input", "[gradtest][products]") {
  const auto twice = [](View x, View u) { return 2 * inverse_product_along(x, u); };
  const gt::Report r =
      gt::check_jvp(inverse_product, twice, Vec{1.5, 2}, gt::names{"shoulder", "elbow"});
  CHECK(tells(r, "d f / d u = "));
  CHECK_FALSE(tells(r, "shoulder"));
}

TEST_CASE("a mistake by a small input beside a large one is seen", "[gradtest][products]") {
  const auto f = [](View x) { return x[0] * x[0] + x[1]; };
  const Vec x{1e3, 1e-3};
  const auto right = [](View at, View u) { return 2 * at[0] * u[0] + u[1]; };
  const auto wrong = [](View at, View u) { return 2 * at[0] * u[0] + 2 * u[1]; };
  CHECK(gt::check_jvp(f, right, x));
  CHECK(gt::check_jvp(f, wrong, x).verdict == gt::Verdict::wrong);
  const auto gradient = [](View at) { return Vec{2 * at[0], 1}; };
  const auto wrong_gradient = [](View at) { return Vec{2 * at[0], 2}; };
  CHECK(gt::check(f, gradient, x, gt::directions(4)));
  CHECK(gt::check(f, wrong_gradient, x, gt::directions(4)).verdict == gt::Verdict::wrong);
}

TEST_CASE("directions move inputs of a like size together", "[gradtest][products]") {
  for (const double small : {1e-4, 1e-8, 1e-12}) {
    const Vec x{6e4, 3 * small, small * 70};
    const auto f = [=](View at) {
      return std::sin(at[0] / 6e4) + std::cos(at[1] / small) * at[2] / small;
    };
    const auto g = [=](View at) {
      return Vec{std::cos(at[0] / 6e4) / 6e4, -std::sin(at[1] / small) * at[2] / small / small,
                 std::cos(at[1] / small) / small};
    };
    const gt::Report r = gt::check(f, g, x, gt::directions(6));
    INFO(small << ": " << r.text());
    CHECK(r);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto one_wrong = [&](View at) {
        Vec d = g(at);
        d[i] *= 1.001;
        return d;
      };
      CHECK(gt::check(f, one_wrong, x, gt::directions(2)).verdict == gt::Verdict::wrong);
    }
  }
}

TEST_CASE("what a function throws at x is reported for products, too", "[gradtest][products]") {
  const auto f = [](View) -> double { throw 1; };
  const auto vjp = [](View, double v) { return Vec{v, v}; };
  const gt::Report r = gt::check_vjp(f, vjp, Vec{1, 2});
  CHECK(r.verdict == gt::Verdict::inconclusive);
  CHECK(tells(r, "f throws at x"));
}

TEST_CASE("a Hessian is symmetric to its rounding, and to what the tolerance says",
          "[gradtest][products]") {
  const auto squares = [](View x) { return x[0] * x[0] + x[1] * x[1]; };
  const auto twice = [](View x) { return Vec{2 * x[0], 2 * x[1]}; };
  const gt::Report r = gt::check_hessian(
      squares, twice,
      [](View) {
        return Vec{2, 0, (0.1 + 0.2) - 0.3, 2};
      },
      Vec{1, 2});
  INFO(r.text());
  CHECK(r);
  const auto f = [](View x) { return std::exp(x[0] * x[1]); };
  const auto g = [&](View x) { return Vec{x[1] * f(x), x[0] * f(x)}; };
  const auto h = [&](View x) {
    const double mixed = (1 + x[0] * x[1]) * f(x);
    return Vec{x[1] * x[1] * f(x), mixed, as_float(mixed), x[0] * x[0] * f(x)};
  };
  CHECK(gt::check_hessian(f, g, h, Vec{0.5, 0.7}, gt::tolerance(1e-4)));
  CHECK_FALSE(gt::check_hessian(f, g, h, Vec{0.5, 0.7}, gt::points(0), gt::tolerance(1e-6)));
}
