#include <cmath>
#include <limits>
#include <vector>

#include "ops/pointwise/rows.hpp"
#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::row;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("exponential functions have their derivatives", "[ops][table]") {
  test::check_rows({row("exp", exp, -2, 2), row("log", log, 0.2, 3), row("log1p", log1p, -0.7, 3),
                    row("expm1", expm1, -2, 2), row("exp2", exp2, -2, 2), row("log2", log2, 0.2, 3),
                    row("log10", log10, 0.2, 3)});
  test::check_rows(row("logaddexp", logaddexp));
  test::check_rows(row("logaddexp2", logaddexp2));
}

TEST_CASE("NaN beside a number is NaN in the logarithm of their sum, and in its derivative",
          "[ops][exponential]") {
  for (const double first : {1.0, std::nan("")}) {
    Tensor a = tensor({first}, {.dtype = float64}).requires_grad_();
    Tensor b = tensor({first == 1 ? std::nan("") : 1.0}, {.dtype = float64}).requires_grad_();
    const Tensor y = logaddexp(a, b);
    CHECK(std::isnan(y.item<double>()));
    y.backward();
    CHECK(std::isnan(a.grad().item<double>()));
    CHECK(std::isnan(b.grad().item<double>()));
  }
}

TEST_CASE("exponential functions agree with the standard library", "[ops][exponential]") {
  test::check_values({
      {"exp", exp, std::exp, -80, 80},
      {"log", log, std::log, 1e-30, 1e3},
      {"log1p", log1p, std::log1p, -0.999, 50},
      {"expm1", expm1, std::expm1, -40, 40},
      {"expm1 near 0", expm1, std::expm1, -1e-6, 1e-6},
      {"exp2", exp2, std::exp2, -120, 120},
      {"log2", log2, std::log2, 1e-30, 1e3},
      {"log10", log10, std::log10, 1e-30, 1e3},
  });
}

TEST_CASE("sums of exponentials agree with long double", "[ops][exponential]") {
  const auto sum_of = [](long double a, long double b) {
    return std::log(std::exp(a) + std::exp(b));
  };
  const auto sum_of_2 = [](long double a, long double b) {
    return std::log2(std::exp2(a) + std::exp2(b));
  };
  test::check_values(
      {{"logaddexp", logaddexp, sum_of, 1, 200}, {"logaddexp2", logaddexp2, sum_of_2, 1, 200}});
  // Where the result passes through 0 it has the digits of what is added.
  test::check_values({{"logaddexp", logaddexp, sum_of, -0.6, 1, 40}});
}

TEST_CASE("a sum of exponentials has its limits", "[ops][exponential]") {
  const double inf = std::numeric_limits<double>::infinity();
  using F = Tensor (*)(const Tensor&, const Tensor&);
  for (const F f : {static_cast<F>(logaddexp), static_cast<F>(logaddexp2)}) {
    Tensor a = tensor({inf, -inf, -inf, 1e30, 2.0}).requires_grad_();
    Tensor b = tensor({inf, -inf, 3.0, -1e30, inf}).requires_grad_();
    const Tensor y = f(a, b);
    CHECK(y.detach().to_vector<double>() ==
          std::vector<double>{inf, -inf, 3, tensor({1e30}).item<double>(), inf});
    y.backward(ones({5}));
    CHECK(a.grad().to_vector<double>() == std::vector<double>{0.5, 0.5, 0, 1, 0});
    CHECK(b.grad().to_vector<double>() == std::vector<double>{0.5, 0.5, 1, 0, 1});
  }
  const Tensor x = ones({1}, {.dtype = float64});
  CHECK(std::isnan(logaddexp(x, x * not_a_number).item<double>()));
  CHECK(logaddexp2(full({1}, 3), full({1}, 3)).item<float>() == 4);
}

TEST_CASE("exponential functions have derivatives with their digits", "[ops][exponential]") {
  const auto of_log2 = [](long double x) { return 1 / (x * std::log(2.0L)); };
  const auto of_log10 = [](long double x) { return 1 / (x * std::log(10.0L)); };
  test::check_slopes({
      {"expm1", expm1, std::exp, -80, 80},
      {"exp2", exp2, [](long double x) { return std::exp2(x) * std::log(2.0L); }, -120, 120},
      {"log2", log2, of_log2, 1e-30, 1e3},
      {"log10", log10, of_log10, 1e-30, 1e3},
  });
}

TEST_CASE("an element's value does not depend on its place in the tensor", "[ops][pointwise]") {
  const Tensor one = exp(full({}, 0.3));
  for (const float v : exp(full({29}, 0.3)).to_vector<float>()) CHECK(v == one.item<float>());
  for (const float v : exp(full({5, 7}, 0.3).t()).to_vector<float>()) CHECK(v == one.item<float>());
}

TEST_CASE("exponential functions of integers are float32", "[ops][exponential]") {
  CHECK(exp(full({1}, 2)).dtype() == float32);
}
