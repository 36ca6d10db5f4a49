// Functions of several pieces, and functions of float32: a jump at some distance isn't noise, and
// noise that one input shows isn't all that another may have.
#include <cfloat>
#include <cmath>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/gradtest.hpp"
#include "tapegrad/gradtest/random.hpp"

namespace gt = tapegrad::gradtest;

namespace {

using Vec = std::vector<double>;

double as_float(double v) { return static_cast<double>(static_cast<float>(v)); }

/// A function whose numbers, x among them, are floats, as those of a float32 tensor are.
template <class F, class G>
class InFloat final : public gt::Problem {
 public:
  InFloat(F f, G g, const Vec& at) : f_(f), g_(g) {
    x = floats(at);
    precision = FLT_EPSILON;
  }
  Values value(const Values& at) override { return floats(f_(floats(at))); }
  Values derivative(const Values& at, double) override { return floats(g_(floats(at))); }

 private:
  static Vec floats(Vec values) {
    for (double& v : values) v = as_float(v);
    return values;
  }

  F f_;
  G g_;
};

template <class F, class G>
gt::Report check_in_float(F f, G g, const Vec& x) {
  InFloat<F, G> problem(f, g, x);
  gt::Options options;
  options.tolerance = 3e-4;
  return gt::detail::run(problem, options);
}

struct Counts {
  int cells = 0, unknown = 0, wrong = 0;

  void add(const gt::Report& r) {
    cells += static_cast<int>(r.cells);
    unknown += static_cast<int>(r.inconclusive);
    wrong += static_cast<int>(r.wrong);
  }
};

}  // namespace

TEST_CASE("beyond a jump there is another piece, not noise", "[gradtest][pieces]") {
  const double end = 0.33333332;
  const auto rises = [=](double x) {
    return x > end ? 3.1864811 + 75 * (x - end) - 60 * (x - end) * (x - end) : 2.69706109830293;
  };
  const auto slope = [=](double x) { return x > end ? 75 - 120 * (x - end) : 0; };
  const gt::Report flat = gt::check(rises, slope, 0.3139471909999159);
  INFO(flat.text());
  CHECK(flat);
  const auto steps = [](double x) { return x < 1.89362 ? 2.0618354666017 : 1.6174254654016822; };
  const gt::Report near = gt::check(
      steps, [](double) { return 0.0; }, 1.8937679480249128);
  INFO(near.text());
  CHECK(near);
}

TEST_CASE("a remainder is a line between its jumps", "[gradtest][pieces]") {
  const auto f = [](const Vec& x) { return Vec{std::fmod(x[0], x[1])}; };
  const auto g = [](const Vec& x) { return Vec{1, -std::trunc(x[0] / x[1])}; };
  for (const Vec& x : {Vec{1.9141009831248423, 1.9634568691253662},
                       Vec{1.3411519662496847, 0.6823039324993694}, Vec{1.9, 0.35}}) {
    const auto number = [&](const Vec& v) { return f(v)[0]; };
    const gt::Report exact = gt::check(number, g, x);
    INFO(exact.text());
    CHECK(exact);
    CHECK(exact.evaluations <= 300);
    const gt::Report in_float = check_in_float(f, g, x);
    INFO(in_float.text());
    CHECK(in_float);
  }
}

TEST_CASE("a sign near its jump, in float32", "[gradtest][pieces]") {
  const auto f = [](const Vec& x) { return Vec{std::copysign(x[0], x[1])}; };
  const auto g = [](const Vec& x) { return Vec{x[1] > 0 ? 1.0 : -1.0, 0}; };
  const gt::Report r = check_in_float(f, g, {1.2847921848297119, 0.0140078654512763});
  INFO(r.text());
  CHECK(r);
}

TEST_CASE("pieces of many kinds", "[gradtest][pieces]") {
  gt::detail::Random random(3);
  int count = 0, ok = 0, wrong = 0, missed = 0;
  const auto add = [&](const auto& f, const auto& slope, double x) {
    const auto steeper = [&](double v) { return 1.5 * slope(v) + 0.3; };
    const gt::Verdict verdict = gt::check(f, slope, x).verdict;
    ++count;
    ok += verdict == gt::Verdict::ok;
    wrong += verdict == gt::Verdict::wrong;
    missed += gt::check(f, steeper, x).verdict == gt::Verdict::ok;
  };
  for (int i = 0; i < 200; ++i) {
    const double period = 0.05 * std::pow(100, 0.5 + 0.5 * random.next());
    const double x = 1.6 + 1.5 * random.next();
    const double end = x + 0.2 * random.next();
    const auto power = [=](double v) { return std::exp(std::fmod(v, period)); };
    add([=](double v) { return std::fmod(v, period); }, [](double) { return 1.0; }, x);
    add(power, power, x);
    add([=](double v) { return v > end ? std::exp(v) : 0.5; },
        [=](double v) { return v > end ? std::exp(v) : 0; }, x);
    add([=](double v) { return v > end ? std::exp(v) : v * v; },
        [=](double v) { return v > end ? std::exp(v) : 2 * v; }, x);
  }
  INFO(ok << " ok, " << wrong << " wrong, " << missed << " missed of " << count);
  CHECK(ok * 100 >= 99 * count);
  CHECK(wrong == 0);
  CHECK(missed == 0);
}

TEST_CASE("between the steps of floor and sign only 0 is right", "[gradtest][pieces]") {
  const auto right = [](double) { return 0.0; };
  const auto wrong = [](double) { return 0.3; };
  gt::detail::Random random(6);
  int ok = 0, caught = 0, count = 0;
  const auto add = [&](const auto& f, double x) {
    ++count;
    ok += gt::check(f, right, x).verdict == gt::Verdict::ok;
    caught += gt::check(f, wrong, x).verdict == gt::Verdict::wrong;
  };
  for (int i = 0; i < 200; ++i) {
    const double length = 0.1 * std::pow(100, 0.5 + 0.5 * random.next());
    const double x = 1.6 + 1.5 * random.next(), end = x + 0.2 * random.next();
    add([=](double v) { return std::floor(v / length); }, x);
    add([=](double v) { return v > end ? 1.0 : -1.0; }, x);
  }
  INFO(ok << " ok, " << caught << " caught of " << count);
  CHECK(ok * 100 >= 96 * count);  // some are too near to a step
  CHECK(caught * 100 >= 96 * count);
}

TEST_CASE("a sum of products of float32", "[gradtest][pieces]") {
  constexpr std::size_t terms = 6;
  const auto f = [](const Vec& v) {
    float sum = 0;
    for (std::size_t k = 0; k < terms; ++k)
      sum += static_cast<float>(v[k]) * static_cast<float>(v[terms + k]);
    return Vec{static_cast<double>(sum)};
  };
  const auto g = [](const Vec& v) {
    Vec d;
    for (std::size_t k = 0; k < v.size(); ++k) d.push_back(v[(k + terms) % v.size()]);
    return d;
  };
  gt::detail::Random random(4);
  Counts c;
  for (int i = 0; i < 60; ++i) {
    Vec x(2 * terms);
    for (double& v : x) v = 2 * random.next();
    x[1] *= 1e-2;
    x[terms + 2] *= 1e-3;
    c.add(check_in_float(f, g, x));
  }
  INFO(c.unknown << " unknown, " << c.wrong << " wrong of " << c.cells);
  CHECK(c.wrong == 0);
  CHECK(c.unknown * 100 <= 3 * c.cells);  // slopes of a thousandth
}

TEST_CASE("a softmax in float32", "[gradtest][pieces]") {
  const Vec c{0.3, 1.7, -0.9, 0};
  const auto f = [&](const Vec& v) {
    float sum = 0, total = 0;
    for (const double x : v) sum += std::exp(static_cast<float>(x));
    for (std::size_t k = 0; k < v.size(); ++k)
      total += static_cast<float>(c[k]) * (std::exp(static_cast<float>(v[k])) / sum);
    return Vec{static_cast<double>(total)};
  };
  const auto g = [&](const Vec& v) {
    double sum = 0, mean = 0;
    for (std::size_t k = 0; k < v.size(); ++k) {
      sum += std::exp(v[k]);
      mean += c[k] * std::exp(v[k]);
    }
    Vec d;
    for (std::size_t k = 0; k < v.size(); ++k)
      d.push_back(std::exp(v[k]) / sum * (c[k] - mean / sum));
    return d;
  };
  gt::detail::Random random(5);
  Counts counts;
  for (int i = 0; i < 100; ++i) {
    Vec x(4);
    for (double& v : x) v = 2 * random.next();
    counts.add(check_in_float(f, g, x));
  }
  INFO(counts.unknown << " unknown, " << counts.wrong << " wrong of " << counts.cells);
  CHECK(counts.wrong == 0);
  CHECK(counts.unknown * 100 <= counts.cells);
}

TEST_CASE("outputs that don't change are looked at together", "[gradtest][pieces][cost]") {
  const auto f = [](const Vec& x) {
    Vec y;
    for (const double v : x) y.push_back(v * v);
    return y;
  };
  const auto j = [](const Vec& x) {
    std::vector<Vec> rows(x.size(), Vec(x.size(), 0.0));
    for (std::size_t i = 0; i < x.size(); ++i) rows[i][i] = 2 * x[i];
    return rows;
  };
  Vec x;
  for (int i = 0; i < 40; ++i) x.push_back(std::sin(1.0 + i));
  const gt::Report r = gt::check(f, j, x);
  INFO(r.text());
  CHECK(r);
  CHECK(r.evaluations <= 1600);
}
