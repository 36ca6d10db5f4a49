// Functions whose values are rounded on their way: right derivatives aren't called wrong, mistakes
// not right, and what one input shows of it others don't measure again.
#include <cmath>
#include <functional>
#include <vector>

#include "gradtest/mistakes.hpp"
#include "support/catch.hpp"
#include "tapegrad/gradtest.hpp"
#include "tapegrad/gradtest/random.hpp"

namespace gt = tapegrad::gradtest;
using namespace tapegrad::test;

namespace {

/// A value u that is added to another one, and what is made of the sum.
struct Part {
  std::function<double(double)> of, slope;
};

const std::vector<Part> parts{
    {[](double x) { return x; }, [](double) { return 1.0; }},
    {[](double x) { return x * x * x; }, [](double x) { return 3 * x * x; }},
    {[](double x) { return std::sin(x); }, [](double x) { return std::cos(x); }},
    {[](double x) { return std::expm1(x); }, [](double x) { return std::exp(x); }}};

const std::vector<Part> wholes{
    {[](double v) { return std::sin(v); }, [](double v) { return std::cos(v); }},
    {[](double v) { return std::sqrt(v); }, [](double v) { return 0.5 / std::sqrt(v); }},
    {[](double v) { return std::log(v); }, [](double v) { return 1 / v; }}};

struct Counts {
  int cases = 0, wrong = 0, missed = 0;

  template <class F, class G>
  void add(const F& f, const G& g, const Vec& x, double tolerance) {
    const auto opposite = [&](const Vec& at) {
      Vec d = g(at);
      for (double& v : d) v = -v;
      return d;
    };
    ++cases;
    wrong += gt::check(f, g, x, gt::tolerance(tolerance)).verdict == gt::Verdict::wrong;
    missed += gt::check(f, opposite, x, gt::tolerance(tolerance)).verdict == gt::Verdict::ok;
  }
};

double size_between(gt::detail::Random& random, double low, double high) {
  return low * std::pow(high / low, 0.5 + 0.5 * random.next());
}

double float_rosenbrock(View x) { return as_float(rosenbrock(x)); }

Vec hundred() {
  Vec x(100);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(static_cast<double>(i));
  return x;
}

}  // namespace

TEST_CASE("a small number that is lost in a large one isn't known", "[gradtest][rounded]") {
  for (const double x : {1e-12, 3e-11, 2e-9, 7e-8}) {
    const gt::Report r = gt::check([](double v) { return std::sin(1000 + v * v); },
                                   [](double v) { return 2 * v * std::cos(1000 + v * v); }, x);
    INFO(x << ": " << r.text());
    CHECK(r.verdict != gt::Verdict::wrong);
  }
  CHECK(
      gt::check([](double v) { return std::sin(1000 + v * v); }, [](double) { return 0.1; }, 1e-12)
          .verdict == gt::Verdict::wrong);
}

TEST_CASE("sums of small and large numbers that are passed on", "[gradtest][rounded]") {
  gt::detail::Random random(5);
  Counts c;
  for (int i = 0; i < 20; ++i) {
    for (const Part& part : parts) {
      for (const Part& whole : wholes) {
        const double large = size_between(random, 1, 1e12);
        const Vec x{size_between(random, 1e-9, 10), size_between(random, 0.01, 100)};
        const auto sum = [&](const Vec& at) { return large + part.of(at[0]); };
        c.add([&](const Vec& at) { return whole.of(sum(at)) * at[1]; },
              [&](const Vec& at) {
                return Vec{whole.slope(sum(at)) * part.slope(at[0]) * at[1], whole.of(sum(at))};
              },
              x, 1e-4);
      }
    }
  }
  INFO(c.wrong << " wrong, " << c.missed << " missed of " << c.cases);
  CHECK(c.wrong <= 1);  // 20 before
  CHECK(c.missed == 0);
}

TEST_CASE("a float around a sum, and values that are multiples of a number",
          "[gradtest][rounded]") {
  gt::detail::Random random(6);
  Counts c;
  for (int i = 0; i < 60; ++i) {
    for (const Part& part : parts) {
      const double large = size_between(random, 0.01, 1e5);
      const Vec x{size_between(random, 1e-3, 5), size_between(random, 1e-3, 100)};
      c.add([&](const Vec& at) { return as_float(large + part.of(at[0]) * at[1]); },
            [&](const Vec& at) {
              return Vec{part.slope(at[0]) * at[1], part.of(at[0])};
            },
            x, 1e-3);
    }
    const double unit = size_between(random, 1e-12, 1e-2);
    c.add([=](const Vec& at) { return std::round(std::exp(-at[0]) / unit) * unit; },
          [](const Vec& at) { return Vec{-std::exp(-at[0])}; },
          Vec{size_between(random, 0.01, 100)}, 1e-3);
  }
  INFO(c.wrong << " wrong, " << c.missed << " missed of " << c.cases);
  CHECK(c.wrong * 100 <= 3 * c.cases);  // 29 in a hundred before
  CHECK(c.missed <= 1);
}

TEST_CASE("a float that hides small slopes of a function of a hundred numbers",
          "[gradtest][rounded][cost]") {
  const gt::Report r =
      gt::check(float_rosenbrock, rosenbrock_gradient, hundred(), gt::tolerance(1e-4));
  INFO(r.text());
  CHECK(r.verdict != gt::Verdict::wrong);
  CHECK(r.inconclusive <= 3);
  CHECK(r.evaluations <= 4000);
  const auto one_wrong = [](View v, Out g) {
    rosenbrock_gradient(v, g);
    g[40] *= 1.05;
  };
  CHECK(gt::check(float_rosenbrock, one_wrong, hundred(), gt::tolerance(1e-4)).verdict ==
        gt::Verdict::wrong);
}

TEST_CASE("each input passes a float of its own", "[gradtest][rounded][cost]") {
  const auto f = [](const Vec& v) {
    double sum = 0;
    for (std::size_t i = 0; i < v.size(); ++i)
      sum += as_float(std::sin(v[i])) * v[(i + 1) % v.size()];
    return sum;
  };
  const auto g = [](const Vec& v) {
    const std::size_t n = v.size();
    Vec d;
    for (std::size_t i = 0; i < n; ++i)
      d.push_back(std::cos(v[i]) * v[(i + 1) % n] + std::sin(v[(i + n - 1) % n]));
    return d;
  };
  for (const double from : {0.0, 100.0, 200.0, 300.0}) {
    Vec x = hundred();
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(from + static_cast<double>(i));
    const gt::Report r = gt::check(f, g, x, gt::tolerance(1e-4));
    INFO(r.text());
    CHECK(r);
    CHECK(r.evaluations <= 4000);
  }
}

TEST_CASE("sums that are rounded inside of a gradient are no ripple", "[gradtest][rounded]") {
  const Vec c{0.3, 1.7, -0.9, 0.1};
  const auto weights = [](const Vec& v) {
    double sum = 0;
    for (const double x : v) sum += std::exp(x);
    Vec y;
    for (const double x : v) y.push_back(std::exp(x) / sum);
    return y;
  };
  const auto mean = [&](const Vec& y) {
    return c[0] * y[0] + c[1] * y[1] + c[2] * y[2] + c[3] * y[3];
  };
  const auto f = [&](const Vec& v) {
    const Vec y = weights(v);
    return y[0] * (c[0] - mean(y));
  };
  const auto g = [&](const Vec& v) {
    const Vec y = weights(v);
    const double m = mean(y);
    Vec d;
    for (std::size_t j = 0; j < 4; ++j)
      d.push_back(y[0] * ((j == 0) - y[j]) * (c[0] - m) - y[0] * y[j] * (c[j] - m));
    return d;
  };
  gt::detail::Random random(9);
  std::size_t cells = 0, unknown = 0;
  for (std::size_t i = 0; i < 500; ++i) {
    Vec x(4);
    for (double& v : x) v = 2 * random.next();
    x[i % 4] *= 0.01;
    const gt::Report r = gt::check(f, g, x, gt::tolerance(1e-9));
    INFO(r.text());
    CHECK(r.verdict != gt::Verdict::wrong);
    unknown += r.inconclusive;
    cells += r.cells;
  }
  INFO(unknown << " unknown of " << cells);
  CHECK(unknown <= 1);
}

TEST_CASE("a float inside takes no more evaluations for ten thousand inputs along directions",
          "[gradtest][rounded][cost]") {
  Vec x(10000);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.7 + 0.1 * std::sin(static_cast<double>(i));
  const gt::Report r =
      gt::check(float_rosenbrock, rosenbrock_gradient, x, gt::directions(8), gt::tolerance(1e-4));
  INFO(r.text());
  CHECK(r);
  CHECK(r.evaluations <= 1000);
}

TEST_CASE("a kink beside noise that another input has shown is a kink", "[gradtest][rounded]") {
  const auto f = [](const Vec& x) {
    return std::round(1e3 * std::exp(x[0])) * 1e-3 + std::fmax(x[1], 0);
  };
  for (const double side : {0.0, 0.5, 1.0}) {
    const auto g = [=](const Vec& x) {
      return Vec{std::exp(x[0]), x[1] == 0 ? side : x[1] > 0 ? 1.0 : 0.0};
    };
    const gt::Report r = gt::check(f, g, Vec{0.7, 0}, gt::tolerance(1e-2));
    INFO(side << ": " << r.text());
    CHECK(r.verdict != gt::Verdict::wrong);
    CHECK(r.kinks >= 1);
  }
}

TEST_CASE("a flat part that ends by and by hides nothing", "[gradtest][rounded]") {
  const auto f = [](double x) { return std::fmax(0, x - 1); };
  for (const double x : {0.5, 0.9, -3.0}) {
    CHECK(gt::check(
              f, [](double) { return 1e-9; }, x)
              .verdict == gt::Verdict::wrong);
  }
}

TEST_CASE("inputs of many sizes end where noise hides what they do", "[gradtest][rounded][cost]") {
  Vec x = hundred();
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::ldexp(x[i], -static_cast<int>(i % 12));
  const gt::Report r = gt::check(float_rosenbrock, rosenbrock_gradient, x, gt::tolerance(1e-4));
  INFO(r.text());
  CHECK(r.verdict != gt::Verdict::wrong);
  CHECK(r.evaluations <= 4000);
}
