// Numeric derivatives by themselves, and points on manifolds.
#include "tapegrad/gradtest/derivative.hpp"

#include <array>
#include <cmath>
#include <complex>
#include <span>
#include <string>
#include <vector>

#include "gradtest/mistakes.hpp"
#include "support/catch.hpp"
#include "tapegrad/gradtest.hpp"
#include "tapegrad/gradtest/complex_step.hpp"

namespace gt = tapegrad::gradtest;
using namespace tapegrad::test;

namespace {

/// A rotation of the plane as a unit complex number, turned by an angle.
using Rotation = std::array<double, 2>;
Rotation turned(const Rotation& q, std::span<const double> angle) {
  const double c = std::cos(angle[0]);
  const double s = std::sin(angle[0]);
  return {c * q[0] - s * q[1], s * q[0] + c * q[1]};
}
/// The x of the point (2, 3) when it is rotated; d/d angle is -y.
double rotated_x(const Rotation& q) { return 2 * q[0] - 3 * q[1]; }
double rotated_y(const Rotation& q) { return 2 * q[1] + 3 * q[0]; }

const Rotation some{0.6, 0.8};

}  // namespace

TEST_CASE("a derivative comes with its uncertainty", "[gradtest][derivative]") {
  const gt::Slope d = gt::derivative([](double x) { return std::exp(x); }, 1);
  CHECK(std::fabs(d.value - std::exp(1.0)) <= d.error);
  CHECK(d.error < 1e-11);
  const gt::Slope kink = gt::derivative([](double x) { return std::fabs(x); }, 0);
  CHECK(kink.behaviour == gt::Behaviour::kink);
  const auto root = [](double x) { return std::sqrt(x); };
  CHECK(gt::derivative(root, -1).behaviour == gt::Behaviour::undefined);
  CHECK(std::isnan(gt::derivative(root, -1).value));
  const gt::Slope edge = gt::derivative([](double x) { return x * x * x; }, 1, gt::domain(1, 9));
  CHECK(edge.behaviour == gt::Behaviour::edge);
  CHECK(std::fabs(edge.value - 3) < 1e-9);
}

TEST_CASE("a Jacobian has a row for each output", "[gradtest][derivative]") {
  const Vec q{0.3, -1.1};
  const gt::Jacobian j = gt::jacobian(arm, q);
  REQUIRE(j.rows == 2);
  REQUIRE(j.columns == 2);
  Vec expected(4);
  arm_jacobian(q, expected);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(std::fabs(j(i / 2, i % 2) - expected[i]) <= j.at(i / 2, i % 2).error);
  }
  CHECK(gt::jacobian([](const Vec&) -> double { throw 1; }, q).slopes.empty());
}

TEST_CASE("a Hessian is symmetric and covers the truth", "[gradtest][derivative]") {
  const auto f = [](const Vec& x) { return x[0] * x[0] * x[1] + std::exp(x[0] * x[1]); };
  const gt::Jacobian h = gt::hessian(f, Vec{1.5, 0.5});
  // By hand; e = exp(0.75).
  const double e = std::exp(0.75);
  const double expected[] = {1 + 0.25 * e, 3 + 1.75 * e, 3 + 1.75 * e, 2.25 * e};
  for (std::size_t i = 0; i < 4; ++i) {
    const gt::Slope& s = h.at(i / 2, i % 2);
    CHECK(std::fabs(s.value - expected[i]) <= s.error);
    CHECK(std::fabs(s.value - expected[i]) < 1e-9);
  }
  CHECK(h(0, 1) == h(1, 0));
}

TEST_CASE("a complex step is exact to the last digits", "[gradtest][derivative]") {
  const auto f = [](std::complex<double> z) { return std::exp(z) / std::sqrt(z); };
  // f' = f (1 - 1/(2z)).
  const double expected = std::exp(2.0) / std::sqrt(2.0) * 0.75;
  CHECK(std::fabs(gt::complex_step(f, 2.0) / expected - 1) < 1e-15);
  const auto g = [](const std::vector<std::complex<double>>& z) { return z[0] * z[0] * z[1]; };
  const Vec gradient = gt::complex_step(g, Vec{3, 5});
  CHECK(gradient == Vec{30, 9});
}

TEST_CASE("a derivative on a manifold is by the step", "[gradtest][manifold]") {
  const auto right = [](const Rotation& q) { return -rotated_y(q); };
  const gt::Report r = gt::check(rotated_x, right, some, gt::manifold(turned));
  INFO(r.text());
  CHECK(r);
  const gt::Report wrong =
      gt::check(rotated_x, rotated_y, some, gt::manifold(turned), gt::names{"angle"});
  INFO(wrong.text());
  CHECK(wrong.verdict == gt::Verdict::wrong);
  CHECK(wrong.text().find("d f / d angle = ") != std::string::npos);
  CHECK(wrong.diagnosis == "the opposite sign");
}

TEST_CASE("a derivative that is right at one point of a manifold alone is wrong",
          "[gradtest][manifold]") {
  const double here = -rotated_y(some);
  const gt::Report r = gt::check(
      rotated_x, [here](const Rotation&) { return here; }, some, gt::manifold(turned));
  INFO(r.text());
  CHECK(r.verdict == gt::Verdict::wrong);
}
