#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::OpRow;
using test::Tensors;

namespace {

using BinaryFunction = Tensor (*)(const Tensor&, const Tensor&);

void refuse_shapes(BinaryFunction f) { f(zeros({2}), zeros({3})); }

/// Rows of a function of two tensors: equal shapes, and shapes that broadcast both ways.
std::vector<OpRow> row(std::string_view name, BinaryFunction f, double low = -2, double high = 2,
                       bool differentiable = true) {
  const auto call = [f](const Tensors& x) { return f(x[0], x[1]); };
  OpRow equal{.name = name,
              .f = call,
              .inputs = {{{2, 3}, low, high}, {{2, 3}, low, high}},
              .empty_inputs = {{0, 3}, {0, 3}},
              .empty_result = {0, 3},
              .refuses = {{": shapes don't broadcast: [2] and [3] have sizes 2 and 3 in dim -1; "
                           "sizes must be equal or 1",
                           [f] { refuse_shapes(f); }}},
              .differentiable = differentiable};
  OpRow both_ways{.name = name,
                  .f = call,
                  .inputs = {{{3, 1}, low, high}, {{2, 1, 4}, low, high}},
                  .empty_inputs = {{3, 1}, {0}},
                  .empty_result = {3, 0},
                  .differentiable = differentiable};
  return {equal, both_ways};
}

void write(Tensor target, const Tensor& source) { target.copy_(source); }

}  // namespace

TEST_CASE("arithmetic operations have their derivatives", "[ops][table]") {
  test::check_rows(row("add", add));
  test::check_rows(row("sub", sub));
  test::check_rows(row("mul", mul));
  test::check_rows(row("div", div, 0.5, 2));
  test::check_rows(row("pow", pow, 0.5, 2));
}

TEST_CASE("the larger and the smaller have their derivatives", "[ops][table]") {
  test::check_rows(row("maximum", maximum));
  test::check_rows(row("minimum", minimum));
}

TEST_CASE("comparisons are not tracked", "[ops][table]") {
  test::check_rows(row(
      "eq", [](const Tensor& a, const Tensor& b) { return a == b; }, -2, 2, false));
  test::check_rows(row(
      "ne", [](const Tensor& a, const Tensor& b) { return a != b; }, -2, 2, false));
  test::check_rows(row(
      "lt", [](const Tensor& a, const Tensor& b) { return a < b; }, -2, 2, false));
  test::check_rows(row(
      "le", [](const Tensor& a, const Tensor& b) { return a <= b; }, -2, 2, false));
  test::check_rows(row(
      "gt", [](const Tensor& a, const Tensor& b) { return a > b; }, -2, 2, false));
  test::check_rows(row(
      "ge", [](const Tensor& a, const Tensor& b) { return a >= b; }, -2, 2, false));
}

TEST_CASE("choice and assignment have their derivatives", "[ops][table]") {
  const Tensor condition = test::spread({2, 3}, -1, 1) > 0;
  test::check_rows({
      {.name = "where",
       .f = [condition](const Tensors& x) { return where(condition, x[0], x[1]); },
       .inputs = {{{2, 3}}, {{3}}},
       .never_empty = "the condition of this row has elements",
       .refuses = {{"float32, not bool", [] { where(ones({2}), ones({2}), ones({2})); }}}},
      {.name = "where",
       .f =
           [](const Tensors& x) {
             return where(zeros({0, 3}) > 0, x[0], x[1]);
           },
       .inputs = {{{1, 3}}, {{3}}},
       .empty_inputs = {{0, 3}, {1}},
       .empty_result = {0, 3}},
      {.name = "copy",
       .f =
           [](const Tensors& x) {
             Tensor y = x[0] * 2;
             y.copy_(x[1]);
             return y * y;
           },
       .inputs = {{{2, 3}}, {{3}}},
       .empty_inputs = {{0, 3}, {3}},
       .empty_result = {0, 3},
       .refuses = {{"doesn't broadcast to shape [2]", [] { write(zeros({2}), zeros({3})); }}}},
  });
}

TEST_CASE("operations broadcast as a naive loop does", "[ops][binary]") {
  const Tensor a = test::spread({4, 1, 3}, -1, 1);
  const Tensor b = test::spread({5, 1}, -1, 1, 1);
  const Tensor y = a - b;
  REQUIRE(y.shape() == Shape{4, 5, 3});
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 5; ++j) {
      for (int k = 0; k < 3; ++k) {
        const double expected = a[i][0][k].item<double>() - b[j][0].item<double>();
        CHECK(y[i][j][k].item<double>() == expected);
      }
    }
  }
}

TEST_CASE("a C++ number never promotes a tensor of its own kind", "[ops][binary]") {
  CHECK((ones({2}) + 2.5).dtype() == float32);
  CHECK((ones({2}) * 2).dtype() == float32);
  CHECK((ones({2}, {.dtype = int32}) + 2).dtype() == int32);
  CHECK((2 - ones({2}, {.dtype = uint8})).dtype() == uint8);
  CHECK((ones({2}, {.dtype = int32}) + 2.5).dtype() == float32);
  CHECK((ones({2}, {.dtype = boolean}) + 1).dtype() == int64);
  CHECK((ones({2}, {.dtype = float64}) + 0.1).to_vector<double>()[0] == 1.1);
}

TEST_CASE("division of integers is true division", "[ops][binary]") {
  const Tensor y = full({1}, 7, {.dtype = int64}) / 2;
  CHECK(y.dtype() == float32);
  CHECK(y.item<float>() == 3.5f);
}

TEST_CASE("powers of integers stay integers and refuse negative exponents", "[ops][binary]") {
  CHECK(pow(full({1}, 3), 4).item<std::int64_t>() == 81);
  CHECK(pow(full({1}, -2), full({1}, 3)).item<std::int64_t>() == -8);
  CHECK_THROWS_AS(pow(full({1}, 3), -1), DTypeError);
  CHECK(pow(2, full({1}, 5)).item<std::int64_t>() == 32);
}

TEST_CASE("pow has the documented derivative at zero", "[ops][binary]") {
  Tensor a = zeros({1}, {.dtype = float64, .requires_grad = true});
  Tensor b = zeros({1}, {.dtype = float64, .requires_grad = true});
  pow(a, b).backward();
  CHECK(a.grad().item<double>() == 0);
  CHECK(b.grad().item<double>() == 0);
}

TEST_CASE("booleans add as or, multiply as and, and refuse to subtract", "[ops][binary]") {
  const Tensor yes = full({1}, true);
  CHECK((yes + yes).to_vector<bool>() == std::vector<bool>{true});
  CHECK((yes + yes).dtype() == boolean);
  CHECK((yes * full({1}, false)).to_vector<bool>() == std::vector<bool>{false});
  CHECK_THROWS_AS(yes - yes, DTypeError);
}

TEST_CASE("maximum and minimum share the gradient where both are equal", "[ops][binary]") {
  Tensor a = ones({1}, {.requires_grad = true});
  Tensor b = ones({1}, {.requires_grad = true});
  maximum(a, b).backward();
  CHECK(a.grad().item<float>() == 0.5f);
  CHECK(b.grad().item<float>() == 0.5f);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(std::isnan(maximum(ones({1}), full({1}, nan)).item<float>()));
  CHECK(std::isnan(minimum(full({1}, nan), ones({1})).item<float>()));
}

TEST_CASE("in-place operations keep shape and element type or refuse", "[ops][in-place]") {
  Tensor x = ones({2, 2});
  x += 1;
  x *= ones({2}) * 3;
  x -= ones({2, 1}, {.dtype = float64});
  x /= 5;
  CHECK(x.to_vector<float>() == std::vector<float>(4, 1));
  CHECK(x.dtype() == float32);
  CHECK(x.version() == 4);
  Tensor n = ones({2}, {.dtype = int32});
  CHECK_THROWS_AS(n += 0.5, DTypeError);
  CHECK_THROWS_AS(n /= 2, DTypeError);
  CHECK_THROWS_AS(n += ones({2, 2}, {.dtype = int32}), ShapeError);
  CHECK(n.to_vector<std::int32_t>() == std::vector<std::int32_t>{1, 1});
  CHECK(n.version() == 0);
}

TEST_CASE("an operand that overlaps the target is read before it is written", "[ops][in-place]") {
  Tensor x = Tensor::from_vector<double>({1, 2, 3, 4});
  x.slice(0, 1).add_(x.slice(0, 0, 3));
  CHECK(x.to_vector<double>() == std::vector<double>{1, 3, 5, 7});
}

TEST_CASE("shapes that don't broadcast are refused in the operation's name", "[ops][binary]") {
  const Tensor a = ones({4, 3});
  const Tensor b = ones({4});
  CHECK_THROWS_WITH(a + b,
                    "add: shapes don't broadcast: [4, 3] and [4] have sizes 3 and 4 in dim "
                    "-1; sizes must be equal or 1");
  CHECK_THROWS_WITH(a == b, Catch::Matchers::StartsWith("eq: shapes don't broadcast"));
  CHECK_THROWS_WITH(where(a > 0, a, b), Catch::Matchers::StartsWith("where: shapes don't"));
  CHECK_THROWS_WITH(broadcast_shapes({2, 4}, {3, 4}),
                    Catch::Matchers::StartsWith("broadcast_shapes: shapes don't broadcast"));
}
