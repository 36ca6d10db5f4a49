// What reports say: in the caller's names, what was found beside the numbers, and what would help.
#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "gradtest/mistakes.hpp"
#include "support/catch.hpp"
#include "tapegrad/gradtest.hpp"

namespace gt = tapegrad::gradtest;
using namespace tapegrad::test;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

double relu(double x) { return std::fmax(x, 0); }
double step(double x) { return x > 0 ? 1 : 0; }

/// Text of a report of this verdict.
std::string said(const gt::Report& report, gt::Verdict verdict) {
  INFO(report.text());
  CHECK(report.verdict == verdict);
  return report.text();
}
std::string said_wrong(const gt::Report& report) { return said(report, gt::Verdict::wrong); }

}  // namespace

TEST_CASE("a kink is told by its slopes, and no number is made of them", "[gradtest][report]") {
  const auto two = [](double) { return 2.0; };
  const std::string wrong = said_wrong(gt::check(relu, two, 0.0));
  CHECK(contains(wrong, "d f / d x = 2 (kink: slopes 0 | 1)"));
  CHECK_FALSE(contains(wrong, "numerically"));
  const std::string one_of_them = said(gt::check(relu, step, 0.0), gt::Verdict::ok);
  CHECK(contains(one_of_them, "kink: slopes 0 | 1; yours, d f / d x = 0, is one of them"));
  const auto half = [](double x) { return x == 0 ? 0.5 : step(x); };
  const std::string between = said(gt::check(relu, half, 0.0), gt::Verdict::ok);
  CHECK(contains(between, "yours, d f / d x = 0.5, lies between them"));
}

TEST_CASE("NaN has no sign in a report", "[gradtest][report]") {
  const auto nan = [](double) { return std::copysign(NAN, -1); };
  const std::string text = said_wrong(gt::check([](double x) { return x * x; }, nan, 1.0));
  CHECK(contains(text, "d f / d x = nan, numerically 2 ± "));
  CHECK_FALSE(contains(text, "-nan"));
}

TEST_CASE("one wrong cell of three hundred is one", "[gradtest][report]") {
  Vec x(300);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.5 + 0.01 * static_cast<double>(i);
  const auto squares = [](View v) {
    double sum = 0;
    for (const double each : v) sum += each * each;
    return sum;
  };
  const auto one_wrong = [](View v, Out g) {
    for (std::size_t i = 0; i < v.size(); ++i) g[i] = (i == 123 ? 3 : 2) * v[i];
  };
  const std::string text = said_wrong(gt::check(squares, one_wrong, x));
  CHECK(contains(text, "wrong: 1 of 300 cells wrong; "));
  CHECK(contains(text, "  d f / d x[123] = 5.19, numerically 3.46 ± "));
}

TEST_CASE("of a random function no number is made", "[gradtest][report]") {
  int calls = 0;
  const auto random = [&calls](double) { return ++calls % 2 == 1 ? 1.0 : 0.0; };
  const std::string text = said(gt::check(
                                    random, [](double) { return 0.0; }, 1.0),
                                gt::Verdict::inconclusive);
  CHECK(contains(text, "f gives 1, then 0 at the same x: fix its randomness"));
  CHECK_FALSE(contains(text, "numerically"));
}

TEST_CASE("as many digits are shown as tell two numbers apart", "[gradtest][report]") {
  const auto f = [](double x) { return std::exp(x); };
  const auto times = [](double factor) {
    return [factor](double x) { return factor * std::exp(x); };
  };
  CHECK(contains(said_wrong(gt::check(f, times(2), 1.0)), "= 5.43656, numerically 2.71828 ± "));
  CHECK(contains(said_wrong(gt::check(f, times(1 + 1e-9), 1.0, gt::tolerance(1e-11))),
                 "= 2.71828183118, numerically 2.71828182846 ± "));
}

TEST_CASE("where f ends beside x is told, and what it does there", "[gradtest][report]") {
  const auto throwing = [](double x) {
    if (x < 0.75) throw 1;
    return x * x;
  };
  const auto twice = [](double x) { return 2 * x; };
  CHECK(
      contains(said(gt::check(throwing, twice, 0.75), gt::Verdict::ok), "f throws at x = 0.75 - "));
  const auto root = [](double x) { return std::sqrt(x); };
  const auto slope = [](double x) { return 0.5 / std::sqrt(x); };
  const std::string text = said(gt::check(root, slope, 0.0), gt::Verdict::inconclusive);
  CHECK(contains(text, "f is nan at x = -"));
  CHECK(contains(text, ": set a domain"));
  const auto inverse = [](double x) { return 1 / x; };
  const auto of_inverse = [](double x) { return -1 / (x * x); };
  CHECK(contains(gt::check(inverse, of_inverse, 0.0).text(), "f is inf at x"));
}

TEST_CASE("what isn't known comes with what would help", "[gradtest][report]") {
  const auto zero = [](double) { return 0.0; };
  const auto expect = [](const gt::Report& report) {
    CHECK(contains(said(report, gt::Verdict::inconclusive), "what would help: "));
  };
  expect(gt::check(step, zero, 0.0));
  expect(gt::check([](double x) { return std::cbrt(x); }, zero, 0.0));
  expect(gt::check([](double x) { return 1 / x; }, zero, 0.0));
}

TEST_CASE("what is right at x alone is told by the elements that are wrong near it",
          "[gradtest][report]") {
  const auto f = [](View x) { return x[0] * x[0] * x[1]; };
  const auto lucky = [](View x, Out g) {
    g[0] = 2 * x[0] * x[1];
    g[1] = x[1] * x[1];
  };
  const std::string text = said_wrong(gt::check(f, lucky, Vec{1, 1}, gt::names{"a", "b"}));
  CHECK(contains(text, "right at x, wrong near it, at a = "));
  CHECK(contains(text, "(seed 1, point 0)"));
  CHECK(contains(text, "d f / d b = "));
  CHECK_FALSE(contains(text, "d f / d a = "));
}

TEST_CASE("a derivative that is the same everywhere is told", "[gradtest][report]") {
  const auto four = [](double) { return 4.0; };
  const gt::Report r = gt::check([](double a) { return a * a; }, four, 2.0);
  CHECK(contains(said_wrong(r), "kept from an earlier call?"));
}

TEST_CASE("slopes along directions are called that, and have their diagnosis",
          "[gradtest][report]") {
  const Vec x(2000, 0.7);
  const auto minus = changed(rosenbrock_gradient, times(-1));
  const gt::Report r = gt::check(rosenbrock, minus, x, gt::directions(4));
  const std::string text = said_wrong(r);
  CHECK(contains(text, "d f / d direction 2 = "));
  CHECK(r.diagnosis == "the opposite sign");
  CHECK(text.find("d f / d x[") == text.rfind("d f / d x["));  // found by halves, told once
}

TEST_CASE("products and Hessians are called what they are", "[gradtest][report]") {
  const auto vjp = [](View, View, Out r) { r[0] = r[1] = 7; };
  CHECK(contains(said_wrong(gt::check_vjp(arm, vjp, Vec{0.4, 1.1})), "d (v * f) / d x[0] = 7"));
  CHECK(contains(said_wrong(gt::check_jvp(arm, vjp, Vec{0.4, 1.1})), "d f[0] / d u = 7"));
  const auto f = [](View x) { return x[0] * x[0] * x[1]; };
  const auto g = [](View x, Out out) {
    out[0] = 2 * x[0] * x[1];
    out[1] = x[0] * x[0];
  };
  const auto h = [](View x, Out out) {
    out[0] = 2 * x[1];
    out[1] = out[2] = 2 * x[0];
    out[3] = 1;
  };
  const std::string text = said_wrong(gt::check_hessian(f, g, h, Vec{1, 2}));
  CHECK(contains(text, "d2 f / d x[1] d x[1] = 1, numerically "));
  CHECK(contains(text, "the gradient is right, the Hessian isn't"));
}

TEST_CASE("the only wrong element among right ones is said to be that", "[gradtest][report]") {
  const auto once = changed(rosenbrock_gradient, [](View, Out g) { g[1] *= -1; });
  const gt::Report r = gt::check(rosenbrock, once, Vec{-1.2, 1, 0.5, 2});
  CHECK(r.diagnosis == "only this element is wrong: the opposite sign");
}

TEST_CASE("a penalty of squares that was forgotten is recognized", "[gradtest][report]") {
  const auto f = [](View x) {
    double sum = cross_entropy(x);
    for (const double v : x) sum += 0.05 * v * v;
    return sum;
  };
  const gt::Report r = gt::check(f, cross_entropy_gradient, Vec{0.5, -1, 2});
  INFO(r.text());
  CHECK(contains(r.diagnosis, "each element is 0.1 x too small"));
}

TEST_CASE("a function that is random now and then is told", "[gradtest][report]") {
  const auto twice = [](double x) { return 2 * x; };
  int told = 0;
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::mt19937 draw(seed);
    const auto f = [&](double x) { return x * x + (draw() % 2 == 0 ? 1 : 0); };
    const gt::Report r = gt::check(f, twice, 0.7);
    told += r.verdict == gt::Verdict::inconclusive && contains(r.text(), "fix its randomness");
  }
  CHECK(told == 50);
}

TEST_CASE("how much of a derivative isn't written is told", "[gradtest][report]") {
  const auto first = [](View, Out g) { g[0] = 1; };
  const gt::Report r = gt::check(rosenbrock, first, Vec{-1.2, 1, 0.5, 2});
  CHECK(contains(said_wrong(r), "of f by x[1], and 2 more, isn't written"));
  CHECK(contains(r.text(), "wrong; "));  // no cell was compared
}

TEST_CASE("a report fits a screen", "[gradtest][report]") {
  const Vec x(300, 0.3);
  const auto wrong = changed(rosenbrock_gradient, [](View at, Out g) {
    for (std::size_t i = 0; i < at.size(); ++i) g[i] += std::sin(static_cast<double>(i));
  });
  const std::string text = said_wrong(gt::check(rosenbrock, wrong, x));
  CHECK(std::count(text.begin(), text.end(), '\n') <= 16);
}
