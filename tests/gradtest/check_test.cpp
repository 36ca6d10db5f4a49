#include <cmath>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "gradtest/functions.hpp"
#include "gradtest/mistakes.hpp"
#include "support/catch.hpp"
#include "tapegrad/gradtest.hpp"

namespace gt = tapegrad::gradtest;
using namespace tapegrad::test;

namespace {

std::vector<Mistake> all_mistakes() {
  std::vector<Mistake> all = mistakes_in_patterns();
  for (const auto& more : {mistakes_of_size_and_place(), mistakes_of_contract()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const Vec at{-1.2, 1, 0.5, 2};

}  // namespace

TEST_CASE("right derivatives at hard points are not called wrong", "[gradtest]") {
  int inconclusive = 0;
  const std::vector<Scalar1> functions = scalar_functions();
  for (const Scalar1& c : functions) {
    const gt::Report r = gt::check(c.f, c.df, c.x);
    INFO(c.kind << ": " << c.name << "\n" << r.text());
    CHECK(r.verdict != gt::Verdict::wrong);
    inconclusive += r.verdict == gt::Verdict::inconclusive;
  }
  REQUIRE(functions.size() >= 60);
  CHECK(inconclusive * 10 <= static_cast<int>(functions.size()));
}

TEST_CASE("wrong derivatives are caught", "[gradtest]") {
  int caught = 0;
  const std::vector<Mistake> mistakes = all_mistakes();
  for (const Mistake& m : mistakes) {
    const gt::Report r = gt::check(m.f, m.derivative, m.x);
    INFO(m.kind << ": " << m.name << "\n" << r.text());
    CHECK(r.verdict == gt::Verdict::wrong);
    caught += r.verdict == gt::Verdict::wrong;
  }
  REQUIRE(mistakes.size() >= 60);
  CHECK(caught * 100 >= static_cast<int>(mistakes.size()) * 95);
}

TEST_CASE("a pattern of wrong elements is named, and none where there is none", "[gradtest]") {
  for (const Mistake& m : all_mistakes()) {
    const gt::Report r = gt::check(m.f, m.derivative, m.x);
    INFO(m.kind << ": " << m.name << "\n" << r.text());
    if (*m.diagnosis) {
      CHECK(contains(r.diagnosis, m.diagnosis));
    } else {
      CHECK(r.diagnosis == "");
    }
  }
}

TEST_CASE("mistakes in every right derivative are caught", "[gradtest]") {
  const std::map<std::string, std::function<double(double)>> changes = {
      {"sign", [](double d) { return -d; }},
      {"twice", [](double d) { return 2 * d; }},
      {"half", [](double d) { return d / 2; }},
      {"1 % off", [](double d) { return 1.01 * d; }},
      {"0", [](double) { return 0.0; }}};
  for (const auto& [name, change] : changes) {
    for (const Scalar1& c : scalar_functions()) {
      if (c.df(c.x) == 0) continue;
      const gt::Report r = gt::check(
          c.f, [&, &wrong = change](double x) { return wrong(c.df(x)); }, c.x);
      INFO(name << " of " << c.kind << ": " << c.name << "\n" << r.text());
      CHECK(r.verdict == gt::Verdict::wrong);
    }
  }
}

TEST_CASE("a hundred inputs take at most 4,000 evaluations", "[gradtest][cost]") {
  Vec x(100);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.5 + 0.01 * static_cast<double>(i);
  const gt::Report r = gt::check(rosenbrock, rosenbrock_gradient, x);
  INFO(r.text());
  CHECK(r);
  CHECK(r.evaluations <= 4000);
}

TEST_CASE("ten thousand inputs along directions take at most 1,000 evaluations",
          "[gradtest][cost]") {
  const Vec x(10000, 0.7);
  const gt::Report right = gt::check(rosenbrock, rosenbrock_gradient, x, gt::directions(8));
  INFO(right.text());
  CHECK(right);
  CHECK(right.evaluations <= 1000);
  const auto one_wrong = [](View v, Out g) {
    rosenbrock_gradient(v, g);
    g[1234] += 1;
  };
  CHECK_FALSE(gt::check(rosenbrock, one_wrong, x, gt::directions(8)));
}

TEST_CASE("a report names cells as the caller does, with the count of wrong ones", "[gradtest]") {
  const auto wrong = [](View x, Out g) {
    rosenbrock_gradient(x, g);
    g[2] += 1;
  };
  const gt::Report r = gt::check(rosenbrock, wrong, at, gt::names{"a", "b", "rate", "d"});
  // By hand: 200 (x2 - x1²) - 400 x2 (x3 - x2²) - 2 (1 - x2) = -100 - 350 - 1.
  INFO(r.text());
  CHECK(contains(r.text(), "1 of 4 cells wrong"));
  CHECK(contains(r.text(), "d f / d rate = -450, numerically -45"));
  CHECK(contains(r.text(), "by differences to both sides at steps down to "));
}

TEST_CASE("a function that changes by itself is told", "[gradtest]") {
  double calls = 0;
  const gt::Report r =
      gt::check([&](double x) { return x + ++calls; }, [](double) { return 1.0; }, 2.0);
  INFO(r.text());
  CHECK(r.verdict == gt::Verdict::inconclusive);
  CHECK(contains(r.text(), "at the same x"));
}

TEST_CASE("a function without values beside the point says where", "[gradtest]") {
  const auto f = [](double x) { return std::sqrt(x); };
  const auto df = [](double x) { return 0.5 / std::sqrt(x); };
  const gt::Report at_zero = gt::check([](double x) { return x * std::sqrt(x); },
                                       [](double x) { return 1.5 * std::sqrt(x); }, 0.0);
  CHECK(at_zero.verdict != gt::Verdict::wrong);
  CHECK(gt::check(f, df, 1.0, gt::domain(0, INFINITY)));
  const gt::Report outside = gt::check(f, df, -1.0);
  CHECK(outside.verdict == gt::Verdict::inconclusive);
}

TEST_CASE("a kink alone is no test, and neither is x alone", "[gradtest]") {
  const auto size = [](double x) { return std::fabs(x); };
  const auto sign = [](double x) { return x < 0 ? -1.0 : 1.0; };
  CHECK(gt::check(size, sign, 0.0).verdict == gt::Verdict::ok);
  const gt::Report alone = gt::check(size, sign, 0.0, gt::points(0));
  CHECK(alone.verdict == gt::Verdict::inconclusive);
  CHECK(alone.text().find("each element is a kink") != std::string::npos);
  const gt::Report none = gt::check([](double x) { return x * x; },
                                    [](double x) {
                                      if (x != 1) throw std::runtime_error("for 1 alone");
                                      return 2 * x;
                                    },
                                    1.0);
  CHECK(none.verdict == gt::Verdict::ok);
  CHECK(none.text().find("no point near x was compared") != std::string::npos);
}

TEST_CASE("a test can't pass by kinks alone", "[gradtest]") {
  const auto f = [](View x) { return std::fabs(x[0]) + std::fabs(x[1]) + std::fabs(x[2]); };
  const auto g = [](View x, Out out) {
    for (std::size_t i = 0; i < 3; ++i) out[i] = x[i] > 0 ? 1 : x[i] < 0 ? -1 : 0;
  };
  CHECK(gt::check(f, g, Vec{0, 0, 0}, gt::points(0)).verdict == gt::Verdict::inconclusive);
  const gt::Report mixed = gt::check(f, g, Vec{0, 1, -2});
  INFO(mixed.text());
  CHECK(mixed);
  CHECK(mixed.kinks == 1);
}

TEST_CASE("what can't be told fails a test unless told otherwise", "[gradtest]") {
  const auto step = [](double x) { return x > 0 ? 1.0 : 0.0; };
  const auto zero = [](double) { return 0.0; };
  CHECK_FALSE(gt::check(step, zero, 0.0));
  CHECK(gt::check(step, zero, 0.0, gt::accept_inconclusive{}));
}

TEST_CASE("a function that throws beside the point isn't defined there", "[gradtest]") {
  const auto f = [](double x) {
    if (x < 1) throw 1;
    return x * x;
  };
  const gt::Report r = gt::check(
      f, [](double x) { return 2 * x; }, 1.0);
  INFO(r.text());
  CHECK(r);
}

TEST_CASE("the tolerance is relative to the derivative", "[gradtest]") {
  const auto f = [](double x) { return 1e-8 * std::sin(x); };
  const auto off = [](double x) { return 1e-8 * 1.001 * std::cos(x); };
  CHECK_FALSE(gt::check(f, off, 1.0));
  CHECK(gt::check(f, off, 1.0, gt::tolerance(0.01)));
}
