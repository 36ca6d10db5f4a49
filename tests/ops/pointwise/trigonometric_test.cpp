#include <cmath>
#include <limits>
#include <vector>

#include "ops/pointwise/rows.hpp"
#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::row;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
const long double pi = std::acos(-1.0L);

long double exact_sinc(long double x) { return std::sin(pi * std::remainder(x, 2.0L)) / (pi * x); }

}  // namespace

TEST_CASE("functions of angles have their derivatives", "[ops][table]") {
  test::check_rows({row("sin", sin, -3, 3), row("cos", cos, -3, 3), row("tan", tan, -1, 1),
                    row("asin", asin, -0.8, 0.8), row("acos", acos, -0.8, 0.8),
                    row("atan", atan, -2, 2), row("sinc", sinc, -2, 2)});
  test::check_rows(row("atan2", atan2, 0.5, 2));
}

TEST_CASE("functions of angles agree with the standard library", "[ops][trigonometric]") {
  test::check_values({
      {"sin", sin, std::sin, -100, 100},
      {"sin of large angles", sin, std::sin, 1e8, 1e15},
      {"cos", cos, std::cos, -100, 100},
      {"tan", tan, std::tan, -100, 100},
      {"asin", asin, std::asin, -1, 1},
      {"acos", acos, std::acos, -1, 1},
      {"atan", atan, std::atan, -30, 30},
      {"sinc", sinc, exact_sinc, -30, 30, 4},
  });
  test::check_values({{"atan2", atan2, std::atan2, -3, 3}});
}

TEST_CASE("functions of angles have derivatives with their digits", "[ops][trigonometric]") {
  const auto of_asin = [](long double x) { return 1 / std::sqrt((1 - x) * (1 + x)); };
  const auto of_acos = [](long double x) { return -1 / std::sqrt((1 - x) * (1 + x)); };
  const auto of_tan = [](long double x) { return 1 / (std::cos(x) * std::cos(x)); };
  test::check_slopes({
      {"sin", sin, std::cos, -100, 100},
      {"cos", cos, [](long double x) { return -std::sin(x); }, -100, 100},
      {"tan", tan, of_tan, -1.5, 1.5, 4},
      {"asin", asin, of_asin, -1, 1, 4},
      {"asin near 1", asin, of_asin, 0.99999, 1, 4},
      {"acos", acos, of_acos, -1, 1, 4},
      {"atan", atan, [](long double x) { return 1 / (1 + x * x); }, -30, 30, 4},
  });
}

TEST_CASE("sinc has its value and derivatives at 0, and is 0 at other integers",
          "[ops][trigonometric]") {
  for (const DType dtype : {float32, float64}) {
    const Tensor x = tensor({0.0, 1.0, -2.0, 1e6}, {.dtype = dtype});
    CHECK(sinc(x).to_vector<double>() == std::vector<double>{1, 0, 0, 0});
    const Tensor zero = zeros({1}, {.dtype = dtype});
    CHECK(test::derivative(sinc, zero, 1).item<double>() == 0);
    CHECK(test::derivative(sinc, zero, 2).item<double>() ==
          Approx(static_cast<double>(-pi * pi / 3)).epsilon(1e-6));
    CHECK(test::derivative(sinc, zero, 3).item<double>() == 0);
  }
}

TEST_CASE("the derivatives of sinc have their digits around 0", "[ops][trigonometric]") {
  // By mpmath with 40 digits.
  test::check_table(
      "sinc'", [](const Tensor& x) { return test::derivative(sinc, x, 1); },
      {{1e-09, -3.289868133696453075e-9L},
       {0.0001, -0.0003289868101226756134L},
       {0.1, -0.32575126788312397L},
       {0.3, -0.9020281301388887922L},
       {0.33, -0.9733611519890546433L},
       {0.7, -1.365240375520353324L},
       {-1.25, 0.4216348143641010484L},
       {3.5, 0.02598448050479923849L}},
      4);
  test::check_table(
      "sinc''", [](const Tensor& x) { return test::derivative(sinc, x, 2); },
      {{1e-09, -3.289868133696452863L},
       {0.0001, -3.289868036287362411L},
       {0.1, -3.19302983596485383L},
       {0.3, -2.458485286266174288L},
       {0.33, -2.295086438465053079L},
       {0.7, 0.2698270069758235637L},
       {-1.25, 2.451768878245908176L},
       {3.5, 0.8827496264514842176L}},
      80);
}

TEST_CASE("the derivative of sinc has derivatives", "[ops][trigonometric][table]") {
  const auto slope = [](const test::Tensors& x) {
    const EnableGrad guard;  // under the NoGrad of numeric derivatives too
    return grad({sinc(x[0])}, {x[0]}, {.grad_outputs = {ones_like(x[0])}, .create_graph = true})[0];
  };
  test::check_rows({{.name = "sinc_slope",
                     .f = slope,
                     .inputs = {{{2, 3}}},
                     .empty_inputs = {{0, 3}},
                     .empty_result = {0, 3}}});
}

TEST_CASE("atan2 knows quadrants, signs of zeros, and very small and large numbers",
          "[ops][trigonometric]") {
  const std::vector<double> a{0, -0.0, 0, -0.0, 1, infinite, infinite, 2};
  const std::vector<double> b{1, 1, -1, -1, 0, infinite, -infinite, -infinite};
  const std::vector<double> y = atan2(Tensor::from_vector(std::vector<double>(a)),
                                      Tensor::from_vector(std::vector<double>(b)))
                                    .to_vector<double>();
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(y[i] == std::atan2(a[i], b[i]));
  CHECK(std::signbit(y[1]));
  for (const double size : {1e-30, 1e30}) {
    Tensor p = tensor({size}, {.dtype = float32}).requires_grad_();
    Tensor q = tensor({size}, {.dtype = float32}).requires_grad_();
    atan2(p, q).backward();
    CHECK(p.grad().item<double>() == Approx(0.5 / size));
    CHECK(q.grad().item<double>() == Approx(-0.5 / size));
  }
  CHECK(atan2(full({1}, 1), full({1}, 2)).dtype() == float32);
}

TEST_CASE("functions of angles outside of their range are NaN", "[ops][trigonometric]") {
  for (const DType dtype : {float32, float64}) {
    const auto at = [dtype](test::Function f, double x) {
      return f(full({}, x, {.dtype = dtype})).item<double>();
    };
    for (const auto f : std::vector<test::Function>{sin, cos, tan, sinc}) {
      CHECK(std::isnan(at(f, infinite)));
    }
    for (const auto f : std::vector<test::Function>{asin, acos}) CHECK(std::isnan(at(f, 1.5)));
    CHECK(at(atan, infinite) == Approx(static_cast<double>(pi / 2)));
    CHECK(test::derivative(asin, full({}, 1.0, {.dtype = dtype}), 1).item<double>() == infinite);
  }
}
