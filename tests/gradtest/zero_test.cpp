// Slopes of 0: known to be 0 beside what the function does elsewhere, or not known.
#include <algorithm>
#include <cmath>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/gradtest.hpp"

namespace gt = tapegrad::gradtest;
using Vec = std::vector<double>;

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

TEST_CASE("a slope of 0 at the edge of a domain is known", "[gradtest][zero]") {
  const auto is_ok = [](double (*f)(double), double (*df)(double), double x, gt::domain in) {
    const gt::Report r = gt::check(f, df, x, in);
    INFO(r.text());
    CHECK(r.verdict == gt::Verdict::ok);
    CHECK(gt::check(
              f, [&](double at) { return df(at) + 1e-6; }, x, in)
              .verdict == gt::Verdict::wrong);
  };
  is_ok([](double x) { return std::cos(x); }, [](double x) { return -std::sin(x); }, 0, {0, 1});
  is_ok([](double x) { return x * x; }, [](double x) { return 2 * x; }, 0, {0, INFINITY});
  is_ok([](double x) { return x * x * x; }, [](double x) { return 3 * x * x; }, 0, {0, INFINITY});
  is_ok([](double x) { return 1 - std::cos(x); }, [](double x) { return std::sin(x); }, 0,
        {0, INFINITY});
  is_ok([](double x) { return (x - 1) * (x - 1) + 5; }, [](double x) { return 2 * (x - 1); }, 1,
        {1, 5});
}

TEST_CASE("a 0 that is rounded is right where the function is constant but for rounding",
          "[gradtest][zero]") {
  const auto arm = [](const Vec& q) {
    const double r = 0.5 + 0.3 * std::sin(q[1]);
    return Vec{0.2 + std::cos(q[0]) * r, 0.1 + std::sin(q[0]) * r};
  };
  const auto jacobian = [](const Vec& q) {
    const double r = 0.5 + 0.3 * std::sin(q[1]), by = 0.3 * std::cos(q[1]);
    return Vec{-std::sin(q[0]) * r, std::cos(q[0]) * by, std::cos(q[0]) * r, std::sin(q[0]) * by};
  };
  CHECK(gt::check(arm, jacobian, Vec{M_PI / 2, 0.7}));

  const auto sum_of_shares = [](const Vec& x) {
    const double all = std::exp(x[0]) + std::exp(x[1]) + std::exp(x[2]);
    return std::exp(x[0]) / all + std::exp(x[1]) / all + std::exp(x[2]) / all;
  };
  const auto rounded = [](const Vec&) { return Vec{5.5e-17, -1.4e-17, 1.1e-16}; };
  for (const Vec& x : {Vec{0.3, -1.2, 0.9}, Vec{3, -1.2, 9}, Vec{0, 1e-3, 0.4}}) {
    const gt::Report r = gt::check(sum_of_shares, rounded, x);
    INFO(r.text());
    CHECK(r.verdict == gt::Verdict::ok);
    const auto no_zero = [](const Vec&) { return Vec{5.5e-17, 1e-12, 0}; };
    CHECK(gt::check(sum_of_shares, no_zero, x).verdict != gt::Verdict::ok);
  }

  const auto length = [](double t) {
    return std::hypot(3 * std::cos(t) - 4 * std::sin(t), 3 * std::sin(t) + 4 * std::cos(t));
  };
  CHECK(gt::check(
      length, [](double) { return 6e-17; }, 0.7));
  const auto ignores = [](const Vec& x) { return std::sin(x[0]) + 1; };
  CHECK(gt::check(
      ignores,
      [](const Vec& x) {
        return Vec{std::cos(x[0]), 5.5e-17};
      },
      Vec{0.5, 0.7}));
}

TEST_CASE("a small slope isn't taken for a 0 that is rounded", "[gradtest][zero]") {
  CHECK_FALSE(gt::check([](double x) { return 1e16 + x; }, [](double) { return 0.5; }, 1.0));
  CHECK_FALSE(gt::check([](double x) { return 1e10 + x * x; }, [](double) { return 0.0; }, 1e-6));
  CHECK_FALSE(gt::check([](double x) { return 1 + x * x; }, [](double) { return 1e-15; }, 1e-8));
  CHECK_FALSE(gt::check([](double) { return NAN; }, [](double) { return 0.0; }, 1.0));
}

TEST_CASE("a slope of 0 where another parabola begins is known", "[gradtest][zero]") {
  const auto relu = [](double x) { return std::max(x, 0.0); };
  CHECK(gt::check([&](double x) { return 1 + relu(x) * relu(x); },
                  [&](double x) { return 2 * relu(x); }, 0.0));
  CHECK_FALSE(gt::check([&](double x) { return 1 + relu(x) * relu(x); },
                        [&](double x) { return 2 * relu(x) + 1e-9; }, 0.0));
  const auto hinge = [&](const Vec& x) {
    const double h = relu(1 - x[0] * x[1]);
    return h * h;
  };
  const auto gradient = [&](const Vec& x) {
    const double h = relu(1 - x[0] * x[1]);
    return Vec{-2 * h * x[1], -2 * h * x[0]};
  };
  CHECK(gt::check(hinge, gradient, Vec{2, 0.5}));
  const auto bent = [](const Vec& x) { return std::fabs(x[0]) * x[0] + x[1] * x[1]; };
  const auto bent_gradient = [](const Vec& x) { return Vec{2 * std::fabs(x[0]), 2 * x[1]}; };
  const auto bent_hessian = [](const Vec& x) {
    return Vec{x[0] > 0 ? 2.0 : x[0] < 0 ? -2.0 : 0.0, 0, 0, 2};
  };
  CHECK(gt::check_hessian(bent, bent_gradient, bent_hessian, Vec{0, 1}));
}
