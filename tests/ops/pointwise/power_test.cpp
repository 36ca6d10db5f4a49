#include <cmath>
#include <cstdint>
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

Tensor variable(double value) { return tensor(value, {.dtype = float64}).requires_grad_(); }

}  // namespace

TEST_CASE("powers and roots have their derivatives", "[ops][table]") {
  test::check_rows({row("sqrt", sqrt, 0.2, 3), row("square", square, -2, 2),
                    row("rsqrt", rsqrt, 0.3, 3), row("reciprocal", reciprocal, 0.5, 3)});
  test::check_rows(row("hypot", hypot));
  test::check_rows(row("pow", pow, 0.5, 2));
}

TEST_CASE("powers and roots agree with the standard library", "[ops][power]") {
  test::check_values({{"sqrt", sqrt, std::sqrt, 0, 1e6, 0.5},
                      {"rsqrt", rsqrt, [](long double x) { return 1 / std::sqrt(x); }, 1e-9, 1e6},
                      {"reciprocal", reciprocal, [](long double x) { return 1 / x; }, -9, 9, 0.5}});
  test::check_values({{"hypot", hypot, std::hypot, -5, 5}});
  const auto of_rsqrt = [](long double x) { return -0.5L / (x * std::sqrt(x)); };
  test::check_slopes({{"rsqrt", rsqrt, of_rsqrt, 1e-3, 1e6, 5}});
}

TEST_CASE("hypot neither overflows nor vanishes on the way", "[ops][power]") {
  for (const double size : {1e-40, 1e30, 5e37}) {
    Tensor a = tensor({3 * size}, {.dtype = float32}).requires_grad_();
    Tensor b = tensor({-4 * size}, {.dtype = float32}).requires_grad_();
    const long double exact = std::hypot(a.item<double>(), b.item<double>());
    const Tensor y = hypot(a, b);
    CHECK(static_cast<double>(test::units_between(y.item<double>(), exact, float32)) <= 1);
    y.backward();
    CHECK(a.grad().item<double>() == Approx(a.item<double>() / static_cast<double>(exact)));
    CHECK(b.grad().item<double>() == Approx(b.item<double>() / static_cast<double>(exact)));
  }
  CHECK(hypot(full({1}, 3), full({1}, 4)).dtype() == float32);
}

TEST_CASE("powers of integers stay integers and refuse negative exponents", "[ops][binary]") {
  CHECK(pow(full({1}, 3), 4).item<std::int64_t>() == 81);
  CHECK(pow(full({1}, -2), full({1}, 3)).item<std::int64_t>() == -8);
  CHECK_THROWS_AS(pow(full({1}, 3), -1), DTypeError);
  CHECK(pow(2, full({1}, 5)).item<std::int64_t>() == 32);
}

TEST_CASE("squares of integers are integers", "[ops][power]") {
  const Tensor x = Tensor::from_vector<std::int32_t>({-3, 0, 4});
  CHECK(square(x).to_vector<std::int32_t>() == std::vector<std::int32_t>{9, 0, 16});
}

TEST_CASE("pow has the documented derivative at zero", "[ops][binary]") {
  Tensor a = zeros({1}, {.dtype = float64, .requires_grad = true});
  Tensor b = zeros({1}, {.dtype = float64, .requires_grad = true});
  pow(a, b).backward();
  CHECK(a.grad().item<double>() == 0);
  CHECK(b.grad().item<double>() == 0);
}

// Where base or exponent is 0 and both vary. Expected values are those of x^n: n x^(n-1) by x,
// x^n log(x) by n, x^(n-1) (1 + n log(x)) by both.

TEST_CASE("an exponent of 0 that varies has a mixed derivative", "[ops][pow]") {
  const Tensor x = variable(2);
  const Tensor n = variable(0);
  const Tensor by_x = grad({pow(x, n)}, {x}, {.create_graph = true})[0];
  CHECK(by_x.item<double>() == 0);
  CHECK(grad({by_x}, {n})[0].item<double>() == Approx(0.5).epsilon(1e-15));
}

TEST_CASE("the first power of 0 has the slope 1, also where the exponent varies", "[ops][pow]") {
  const Tensor x = variable(0);
  const Tensor n = variable(1);
  CHECK(grad({pow(x, n)}, {x})[0].item<double>() == 1);
}

TEST_CASE("a negative power of 0 falls without end as the exponent grows", "[ops][pow]") {
  const Tensor x = variable(0);
  const Tensor n = variable(-1);
  CHECK(grad({pow(x, n)}, {n})[0].item<double>() == -std::numeric_limits<double>::infinity());
}
