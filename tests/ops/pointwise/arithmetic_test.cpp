#include <vector>

#include "ops/pointwise/rows.hpp"
#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::row;

TEST_CASE("arithmetic operations have their derivatives", "[ops][table]") {
  test::check_rows(row("add", [](const Tensor& a, const Tensor& b) { return a + b; }));
  test::check_rows(row("sub", [](const Tensor& a, const Tensor& b) { return a - b; }));
  test::check_rows(row("mul", [](const Tensor& a, const Tensor& b) { return a * b; }));
  test::check_rows(row(
      "div", [](const Tensor& a, const Tensor& b) { return a / b; }, 0.5, 2));
  test::check_rows({row("neg", neg, -2, 2)});
}

TEST_CASE("mixtures and products with a sum have their derivatives", "[ops][table]") {
  const std::vector<test::Input> inputs{{{2, 3}}, {{3}}, {{2, 1}, 0.6, 2}};
  const auto composite = [&](std::string_view name, auto f) {
    return test::OpRow{.name = name,
                       .f = [f](const test::Tensors& x) { return f(x[0], x[1], x[2]); },
                       .inputs = inputs,
                       .empty_inputs = {{0, 3}, {3}, {0, 1}},
                       .empty_result = {0, 3}};
  };
  using T = const Tensor&;
  test::check_rows({
      composite("add", [](T x, T a, T b) { return lerp(x, a, b); }),
      composite("add", [](T x, T a, T b) { return lerp(x, a, b - 2); }),
      composite("add", [](T x, T a, T b) { return lerp(x, a, 0.25) * b; }),
      composite("add", [](T x, T a, T b) { return addcmul(x, a, b, 0.5); }),
      composite("add", [](T x, T a, T b) { return addcdiv(x, a, b); }),
  });
}

TEST_CASE("a mixture reaches both ends and lies between them", "[ops][arithmetic]") {
  const Tensor a = tensor({0.1, 1e8, -3.0}, {.dtype = float32});
  const Tensor b = tensor({0.7, 1.0, 5.0}, {.dtype = float32});
  for (const auto& y : {lerp(a, b, 0), lerp(a, b, zeros({}))}) {
    CHECK(y.to_vector<float>() == a.to_vector<float>());
  }
  for (const auto& y : {lerp(a, b, 1), lerp(a, b, ones({}))}) {
    CHECK(y.to_vector<float>() == b.to_vector<float>());
  }
  CHECK(lerp(a, b, 0.25).to_vector<float>()[2] == -1);
  CHECK(lerp(a, b, 0.75).to_vector<float>()[2] == 3);
}

TEST_CASE("products and quotients are added with their factor", "[ops][arithmetic]") {
  const Tensor x = tensor({1, 2});
  CHECK(addcmul(x, x, x, 3).to_vector<std::int64_t>() == std::vector<std::int64_t>{4, 14});
  CHECK(addcmul(x, x, x).to_vector<std::int64_t>() == std::vector<std::int64_t>{2, 6});
  CHECK(addcdiv(x, x, tensor({2, 4}), 2).to_vector<float>() == std::vector<float>{2, 3});
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

TEST_CASE("booleans add as or, multiply as and, and refuse to subtract and to negate",
          "[ops][binary]") {
  const Tensor yes = full({1}, true);
  CHECK((yes + yes).to_vector<bool>() == std::vector<bool>{true});
  CHECK((yes + yes).dtype() == boolean);
  CHECK((yes * full({1}, false)).to_vector<bool>() == std::vector<bool>{false});
  CHECK_THROWS_AS(yes - yes, DTypeError);
  CHECK_THROWS_AS(neg(yes), DTypeError);
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

TEST_CASE("a factor of the second operand has its derivatives", "[ops][table]") {
  const auto row = [](std::string_view name, Tensor (*f)(const Tensor&, const Tensor&)) {
    return test::OpRow{.name = name,
                       .f = [f](const test::Tensors& x) { return square(f(x[0], x[1])); },
                       .inputs = {{{2, 3}}, {{3}}},
                       .empty_inputs = {{0, 3}, {3}},
                       .empty_result = {0, 3}};
  };
  test::OpRow added = row("add", [](const Tensor& a, const Tensor& b) { return add(a, b, -0.5); });
  added.refuses = {{"add: alpha is 0.5 beside int64", [] { add(tensor({1}), tensor({1}), 0.5); }},
                   {"sub_: alpha is 0.5 beside int64", [] { tensor({1}).sub_(tensor({1}), 0.5); }},
                   {"add_: a result of float32 doesn't fit in place into int64",
                    [] { tensor({1}).add_(ones({1}), 2); }}};
  test::check_rows({added,
                    row("sub", [](const Tensor& a, const Tensor& b) { return sub(a, b, 3); }),
                    row("add", [](const Tensor& a, const Tensor& b) {
                      Tensor y = a.clone();
                      y.add_(b, 0.25);
                      return y.sub_(b, -2);
                    })});
}

TEST_CASE("a factor of the second operand has the type of the result", "[ops][arithmetic]") {
  const Tensor exact = tensor({1.0}, {.dtype = float64});
  // 0.1 of an integer isn't rounded to float32 on the way to float64.
  CHECK(add(exact, tensor({1}), 0.1).item<double>() == 1.1);
  CHECK(tensor({5}).sub(tensor({2}), 2).item<std::int64_t>() == 1);
  CHECK(add(ones({2}), ones({2}), 2).to_vector<float>() == std::vector<float>{3, 3});
}

TEST_CASE("the negative of 0 is -0, and back, in every loop", "[ops][pointwise]") {
  for (const DType dtype : {float32, float64}) {
    // Whole batches and what is left of them.
    for (const std::int64_t n : {1, 7, 64, 101}) {
      const Tensor zero = zeros({n}, dtype);
      CHECK(signbit(-zero).all().item<bool>());
      CHECK_FALSE(signbit(-(-zero)).any().item<bool>());
    }
  }
}
