// Functions that write their values where these are more, or fewer, than those of x: gt::outputs.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

#include "gradtest/mistakes.hpp"
#include "support/catch.hpp"
#include "tapegrad/gradtest.hpp"

namespace gt = tapegrad::gradtest;
using namespace tapegrad::test;

namespace {

void three(View x, Out y) {
  REQUIRE(y.size() == 3);
  y[0] = x[0] * x[1];
  y[1] = x[0];
  y[2] = std::sin(x[1]);
}

void three_jacobian(View x, Out j) {
  REQUIRE(j.size() == 6);
  const double rows[] = {x[1], x[0], 1, 0, 0, std::cos(x[1])};
  std::copy(std::begin(rows), std::end(rows), j.begin());
}

const Vec x{1.5, 0.5};

}  // namespace

TEST_CASE("a function writes as many values as it is said to", "[gradtest][forms]") {
  const gt::Report r = gt::check(three, three_jacobian, x, gt::outputs(3));
  INFO(r.text());
  CHECK(r);
  CHECK(r.cells >= 6);
  const auto wrong = [](View at, Out j) {
    three_jacobian(at, j);
    j[5] = -j[5];
  };
  CHECK(gt::check(three, wrong, x, gt::outputs(3)).wrong == 1);
}

TEST_CASE("products with the Jacobian of a function that writes its values", "[gradtest][forms]") {
  const auto vjp = [](View at, View v) {
    REQUIRE(v.size() == 3);
    return Vec{v[0] * at[1] + v[1], v[0] * at[0] + v[2] * std::cos(at[1])};
  };
  const auto jvp = [](View at, View u, Out y) {
    REQUIRE(y.size() == 3);
    y[0] = at[1] * u[0] + at[0] * u[1];
    y[1] = u[0];
    y[2] = std::cos(at[1]) * u[1];
  };
  CHECK(gt::check_vjp(three, vjp, x, gt::outputs(3)));
  CHECK(gt::check_jvp(three, jvp, x, gt::outputs(3)));
}

TEST_CASE("the numeric Jacobian of a function that writes its values", "[gradtest][forms]") {
  const gt::Jacobian j = gt::jacobian(three, x, gt::outputs(3));
  REQUIRE(j.rows == 3);
  CHECK(std::fabs(j(2, 1) - std::cos(0.5)) < 1e-9);
}

TEST_CASE("a function that writes its values has as many as x unless it is said",
          "[gradtest][forms]") {
  const auto f = [](View at, Out y) {
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = at[i] * at[i];
  };
  const auto j = [](View at, Out out) {
    for (std::size_t i = 0; i < 4; ++i) out[i] = i % 3 == 0 ? 2 * at[i / 2] : 0;
  };
  CHECK(gt::check(f, j, x));
}
