#include <cmath>
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

using Numbers = std::vector<double>;

Tensor leaky(const Tensor& x) { return leaky_relu(x, 0.2); }
Tensor soft(const Tensor& x) { return softshrink(x, 0.6); }
Tensor hard(const Tensor& x) { return hardshrink(x, 0.6); }
Tensor bounded(const Tensor& x) { return hardtanh(x, -0.7, 1.1); }
Tensor above(const Tensor& x) { return threshold(x, 0.3, -2); }
Tensor elu_of_2(const Tensor& x) { return elu(x, 2); }
Tensor celu_of_2(const Tensor& x) { return celu(x, 2); }
Tensor learned(const Tensor& x) { return prelu(x, full({1}, 0.25, {.dtype = x.dtype()})); }

}  // namespace

TEST_CASE("rectifiers have their derivatives", "[ops][table]") {
  test::check_rows({
      row("leaky_relu", leaky, -2, 2),
      row("elu", elu_of_2, -2, 2),
      row("elu", selu, -2, 2),
      row("elu", celu_of_2, -2, 2),
      row("hardtanh", bounded, -2, 2),
      row("hardtanh", relu6, -2, 2),
      row("hardtanh", hardsigmoid, -2, 2),
      row("where", above, -2, 2),
      row("where", soft, -2, 2),
      row("where", hard, -2, 2),
      {.name = "where",
       .f = [](const test::Tensors& x) { return prelu(x[0], x[1]); },
       .inputs = {{{2, 3, 2}}, {{3}}},
       .empty_inputs = {{0, 3, 2}, {3}},
       .empty_result = {0, 3, 2},
       .refuses = {{"prelu: a weight of shape [2] beside x of shape [2, 3]",
                    [] {
                      prelu(ones({2, 3}), ones({2}));
                    }},
                   {"prelu: a weight of shape [3]", [] { prelu(ones({3}), ones({3})); }}}},
      {.name = "where",
       .f = [](const test::Tensors& x) { return prelu(x[0], x[1]); },
       .inputs = {{{4}}, {{}}},
       .empty_inputs = {{0}, {}},
       .empty_result = {0}},
  });
}

TEST_CASE("exponential rectifiers agree with the standard library", "[ops][rectifier]") {
  const auto of_elu = [](long double x) { return x > 0 ? x : 2 * std::expm1(x); };
  const auto of_celu = [](long double x) { return x > 0 ? x : 2 * std::expm1(x / 2); };
  const auto of_selu = [](long double x) {
    return 1.0507009873554804934193349852946L *
           (x > 0 ? x : 1.6732632423543772848170429916717L * std::expm1(x));
  };
  test::check_values({
      {"elu", elu_of_2, of_elu, -40, 3, 6},
      {"elu near 0", elu_of_2, of_elu, -1e-3, 1e-3, 6},
      {"celu", celu_of_2, of_celu, -40, 3, 6},
      {"selu", selu, of_selu, -40, 3, 6},
  });
  test::check_slopes({
      {"elu", elu_of_2, [](long double x) { return x > 0 ? 1 : 2 * std::exp(x); }, -80, 3, 4},
      {"celu", celu_of_2, [](long double x) { return x > 0 ? 1 : std::exp(x / 2); }, -80, 3, 4},
  });
}

TEST_CASE("straight rectifiers have the values of their pieces", "[ops][rectifier]") {
  for (const DType dtype : {float32, float64}) {
    const Tensor x = tensor({-8.0, -0.5, 0.25, 8.0}, {.dtype = dtype});
    CHECK(leaky_relu(x, 0.25).to_vector<double>() == Numbers{-2, -0.125, 0.25, 8});
    CHECK(prelu(x, full({1}, 0.25, {.dtype = dtype})).to_vector<double>() ==
          Numbers{-2, -0.125, 0.25, 8});
    CHECK(hardtanh(x).to_vector<double>() == Numbers{-1, -0.5, 0.25, 1});
    CHECK(relu6(x).to_vector<double>() == Numbers{0, 0, 0.25, 6});
    CHECK(hardsigmoid(x * 3).to_vector<double>() == Numbers{0, 0.25, 0.625, 1});
    CHECK(threshold(x, 0.25, 9).to_vector<double>() == Numbers{9, 9, 9, 8});
    CHECK(softshrink(x, 0.25).to_vector<double>() == Numbers{-7.75, -0.25, 0, 7.75});
    CHECK(hardshrink(x, 0.5).to_vector<double>() == Numbers{-8, 0, 0, 8});
  }
}

TEST_CASE("relu6 keeps integers, all digits of them", "[ops][rectifier]") {
  const Tensor y = relu6(tensor({-3, 5, 1 << 30}));
  CHECK(y.dtype() == int64);
  CHECK(y.to_vector<std::int64_t>() == std::vector<std::int64_t>{0, 5, 6});
  CHECK(relu6(tensor({true})).dtype() == float32);
}

TEST_CASE("rectifiers leave NaN, and large numbers above", "[ops][rectifier]") {
  for (const DType dtype : {float32, float64}) {
    for (const auto f :
         std::vector<test::Function>{leaky, elu_of_2, selu, celu_of_2, bounded, relu6, hardsigmoid,
                                     above, soft, hard, learned}) {
      const double nan = std::numeric_limits<double>::quiet_NaN();
      CHECK(std::isnan(f(full({}, nan, {.dtype = dtype})).item<double>()));
    }
    for (const auto f : std::vector<test::Function>{leaky, elu_of_2, celu_of_2, learned}) {
      const Tensor x = tensor({1e30}, {.dtype = dtype});
      CHECK(f(x).item<double>() == x.item<double>());
      CHECK(test::derivative(f, x, 1).item<double>() == 1);
      CHECK(test::derivative(f, x, 2).item<double>() == 0);
    }
  }
}

TEST_CASE("an infinite element above 0 passes nothing to prelu's weight", "[ops][rectifier]") {
  const Tensor x = tensor({std::numeric_limits<double>::infinity(), -2.0});
  const Tensor w = tensor({0.5}).requires_grad_();
  sum(prelu(x, w).narrow(0, 1, 1)).backward();
  CHECK(w.grad().item<double>() == -2);
}

TEST_CASE("rectifiers refuse limits that are none", "[ops][rectifier]") {
  CHECK_THROWS_AS(hardtanh(ones({1}), 1, -1), Error);
  CHECK_THROWS_AS(celu(ones({1}), 0), Error);
  CHECK_THROWS_WITH(softshrink(ones({1}), -1),
                    "softshrink: lambda is -1, but must not be negative");
  CHECK_THROWS_AS(hardshrink(ones({1}), -1), Error);
}
