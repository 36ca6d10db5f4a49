#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "ops/pointwise/rows.hpp"
#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/error.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::row;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

Tensor rounded(const Tensor& x) { return round(x); }
Tensor remains(const Tensor& a, const Tensor& b) { return remainder(a, b); }
Tensor remains_in_c(const Tensor& a, const Tensor& b) { return fmod(a, b); }
Tensor quotient(const Tensor& a, const Tensor& b) { return floor_divide(a, b); }

/// a - b floor(a / b), in numbers that hold it exactly.
long double exact_remainder(long double a, long double b) { return a - b * std::floor(a / b); }

using Numbers = std::vector<double>;

}  // namespace

TEST_CASE("rounding has its derivatives", "[ops][table]") {
  test::check_rows({row("floor", floor, -2, 2), row("ceil", ceil, -2, 2),
                    row("round", rounded, -2, 2), row("trunc", trunc, -2, 2),
                    row("sub", frac, -2, 2)});
  test::check_rows(row("remainder", remains, 0.5, 2));
  test::check_rows(row("fmod", remains_in_c, 0.5, 2));
  test::check_rows(row("floor_divide", quotient, 0.5, 2));
  test::check_rows({
      {.name = "remainder",
       .f = [](const test::Tensors& x) { return x[0] % 0.75; },
       .inputs = {{{2, 3}}},
       .empty_inputs = {{0, 3}},
       .empty_result = {0, 3}},
      {.name = "fmod",
       .f = [](const test::Tensors& x) { return fmod(3, x[0]); },
       .inputs = {{{2, 3}, 0.6, 0.7}},
       .empty_inputs = {{0, 3}},
       .empty_result = {0, 3}},
      {.name = "round",
       .f = [](const test::Tensors& x) { return round(x[0], 1); },
       .inputs = {{{2, 3}, 0.28, 0.32}},  // apart from the jumps at 0.25 and 0.35
       .empty_inputs = {{0, 3}},
       .empty_result = {0, 3},
       .refuses = {{"floating-point", [] { round(ones({1}).to(int32), 1); }}}},
  });
}

TEST_CASE("rounding agrees with the standard library", "[ops][rounding]") {
  test::check_values({
      {"floor", floor, std::floor, -1e4, 1e4, 0},
      {"ceil", ceil, std::ceil, -1e4, 1e4, 0},
      {"round", rounded, std::nearbyint, -1e4, 1e4, 0},
      {"trunc", trunc, std::trunc, -1e4, 1e4, 0},
      {"frac", frac, [](long double x) { return x - std::trunc(x); }, -1e4, 1e4, 0},
  });
  test::check_values({{"fmod", remains_in_c, std::fmod, 1, 90, 0},
                      {"remainder", remains, exact_remainder, 1, 90, 1}});
}

TEST_CASE("a half rounds to the even number, zeros keep their sign", "[ops][rounding]") {
  for (const DType dtype : {float32, float64}) {
    const Tensor x = tensor({-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, infinite}, {.dtype = dtype});
    CHECK(round(x).to_vector<double>() == Numbers{-2, -2, -0.0, 0, 2, 2, infinite});
    CHECK(std::signbit(round(x).to_vector<double>()[2]));
    CHECK(std::signbit(ceil(x).to_vector<double>()[2]));
    CHECK(std::isnan(frac(x).to_vector<double>()[6]));
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const auto f : std::vector<test::Function>{floor, ceil, rounded, trunc, frac}) {
      CHECK(std::isnan(f(full({}, nan, {.dtype = dtype})).item<double>()));
    }
  }
  CHECK(round(tensor({1.26, -1.24}), 1).to_vector<double>()[0] == Approx(1.3));
  CHECK(round(tensor({1250.0, 1350.0}), -2).to_vector<double>() == Numbers{1200, 1400});
}

TEST_CASE("integers are whole already", "[ops][rounding]") {
  const Tensor x = tensor({-3, 0, 4}, {.dtype = int32});
  for (const auto f : std::vector<test::Function>{floor, ceil, rounded, trunc}) {
    CHECK(f(x).dtype() == int32);
    CHECK(f(x).to_vector<std::int32_t>() == std::vector<std::int32_t>{-3, 0, 4});
  }
}

TEST_CASE("division rounds down, its remainder has the sign of the divisor", "[ops][rounding]") {
  // Python: -7 % 3 == 2, -7 // 3 == -3, and so on; fmod as % in C++.
  const Numbers a{-7, 7, -7, 7, 6, -6, 0};
  const Numbers b{3, -3, -3, 3, 3, -3, -5};
  for (const DType dtype : {int32, int64, float32, float64}) {
    const Tensor p = Tensor::from_vector(Numbers(a)).to(dtype);
    const Tensor q = Tensor::from_vector(Numbers(b)).to(dtype);
    CHECK(remainder(p, q).dtype() == dtype);
    CHECK(remainder(p, q).to_vector<double>() == Numbers{2, -2, -1, 1, 0, 0, 0});
    CHECK((p % q).to_vector<double>() == Numbers{2, -2, -1, 1, 0, 0, 0});
    CHECK(floor_divide(p, q).to_vector<double>() == Numbers{-3, -3, 2, 2, 2, 2, 0});
    CHECK(fmod(p, q).to_vector<double>() == Numbers{-1, 1, -1, 1, 0, 0, 0});
  }
  const Tensor u = tensor({7, 255}, {.dtype = uint8});
  CHECK((u % 4).to_vector<std::uint8_t>() == std::vector<std::uint8_t>{3, 3});
  CHECK((300 % tensor({7}, {.dtype = int32})).item<std::int32_t>() == 6);
  // 0.6 / 0.2 rounds up to 3 in float64.
  CHECK(floor_divide(tensor({0.6}, {.dtype = float64}), 0.2).item<double>() == 2);
}

TEST_CASE("division of floating-point numbers has its limits", "[ops][rounding]") {
  const Tensor x = tensor({1.0, -1.0}, {.dtype = float64});
  CHECK(floor_divide(x, 0).to_vector<double>() == Numbers{infinite, -infinite});
  CHECK(std::isnan(remainder(x, 0).to_vector<double>()[0]));
  CHECK(std::isnan(fmod(x, 0).to_vector<double>()[0]));
  CHECK(remainder(x, infinite).to_vector<double>() == Numbers{1, infinite});
  CHECK(floor_divide(x, infinite).to_vector<double>() == Numbers{0, -1});
}

TEST_CASE("integers divide at the ends of their range, and never by 0", "[ops][rounding]") {
  const Tensor x = tensor({least});
  CHECK(remainder(x, -1).item<std::int64_t>() == 0);
  CHECK(fmod(x, -1).item<std::int64_t>() == 0);
  CHECK(floor_divide(x, -1).item<std::int64_t>() == least);
  CHECK_THROWS_WITH(x % 0, "remainder: an integer divided by 0");
  CHECK_THROWS_WITH(fmod(x, zeros({2}).to(int32)), "fmod: an integer divided by 0");
  CHECK_THROWS_WITH(floor_divide(1, zeros({2}).to(int32)), "floor_divide: an integer divided by 0");
  CHECK_THROWS_AS(remainder(x == 0, x == 0), DTypeError);
}

TEST_CASE("division with a mode rounds down or towards 0", "[ops][rounding]") {
  const Numbers a{-7, 7, -7, 7, 6, -6, 0};
  const Numbers b{3, -3, -3, 3, 3, -3, -5};
  for (const DType dtype : {int32, int64, float32, float64}) {
    const Tensor p = Tensor::from_vector(Numbers(a)).to(dtype);
    const Tensor q = Tensor::from_vector(Numbers(b)).to(dtype);
    CHECK(div(p, q, "floor").dtype() == dtype);
    CHECK(div(p, q, "trunc").dtype() == dtype);
    CHECK(div(p, q, "floor").to_vector<double>() == Numbers{-3, -3, 2, 2, 2, 2, 0});
    CHECK(div(p, q, "trunc").to_vector<double>() == Numbers{-2, -2, 2, 2, 2, 2, 0});
    CHECK(p.div(-2, "trunc").to_vector<double>() == Numbers{3, -3, 3, -3, -3, 3, 0});
    Tensor y = p.clone();
    CHECK(y.div_(2, "floor").to_vector<double>() == Numbers{-4, 3, -4, 3, 3, -3, 0});
  }
  CHECK(div(tensor({least}), -1, "trunc").item<std::int64_t>() == least);
  CHECK(div(tensor({1.0, -1.0}), 0, "trunc").to_vector<float>()[0] == infinite);
  CHECK_THROWS_WITH(div(tensor({1}), 0, "trunc"), "div: an integer divided by 0");
  CHECK_THROWS_WITH(div(tensor({1}), tensor({0}), "floor"), "div: an integer divided by 0");
  CHECK_THROWS_WITH(div(ones({1}), 2, "up"),
                    "div: there is no rounding mode \"up\"; use \"floor\" or \"trunc\"");
  CHECK_THROWS_WITH(div(tensor({true}), tensor({true}), "floor"),
                    "div: booleans; convert one with to(int64)");
}
