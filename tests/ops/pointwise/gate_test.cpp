#include <cmath>
#include <limits>
#include <vector>

#include "ops/pointwise/rows.hpp"
#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/error.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::row;

namespace {

const long double pi = std::acos(-1.0L);

Tensor exact_gelu(const Tensor& x) { return gelu(x); }
Tensor fast_gelu(const Tensor& x) { return gelu(x, "tanh"); }

long double logistic(long double x) { return 1 / (1 + std::exp(-x)); }
long double below(long double x) { return std::erfc(-x / std::sqrt(2.0L)) / 2; }
long double inner(long double x) { return 2 * std::sqrt(2 / pi) * (x + 0.044715L * x * x * x); }

}  // namespace

TEST_CASE("gates have their derivatives", "[ops][table]") {
  test::check_rows({
      row("silu", silu, -4, 4),
      row("gelu", exact_gelu, -3, 3),
      row("gelu", fast_gelu, -3, 3),
      row("mul", mish, -4, 4),
      row("mul", hardswish, -2.9, 2.9),
      {.name = "mul",
       .f = [](const test::Tensors& x) { return glu(x[0]); },
       .inputs = {{{2, 6}}},
       .empty_inputs = {{0, 6}},
       .empty_result = {0, 3},
       .refuses = {{"glu: dim -1 of shape [3] has size 3, which must be even",
                    [] { glu(ones({3})); }},
                   {"glu", [] { glu(ones({2}), 1); }}}},
      {.name = "mul",
       .f = [](const test::Tensors& x) { return glu(x[0], 0); },
       .inputs = {{{4, 3}}},
       .empty_inputs = {{0, 3}},
       .empty_result = {0, 3}},
  });
}

TEST_CASE("gates agree with long double", "[ops][gate]") {
  test::check_values({
      {"silu", silu, [](long double x) { return x * logistic(x); }, -80, 80, 4},
      {"gelu", exact_gelu, [](long double x) { return x * below(x); }, -5, 9, 32},
      {"gelu, tanh", fast_gelu, [](long double x) { return x * logistic(inner(x)); }, -4, 9, 32},
      {"mish", mish, [](long double x) { return x * std::tanh(std::log1p(std::exp(x))); }, -80, 40,
       6},
      {"hardswish", hardswish, [](long double x) { return x * (x + 3) / 6; }, -2, 3, 4},
  });
}

TEST_CASE("gates have derivatives with their digits", "[ops][gate]") {
  const auto of_silu = [](long double x) { return logistic(x) * (1 + x * logistic(-x)); };
  const auto of_gelu = [](long double x) {
    return below(x) + x * std::exp(-x * x / 2) / std::sqrt(2 * pi);
  };
  const auto of_fast = [](long double x) {
    const long double slope = 2 * std::sqrt(2 / pi) * (1 + 3 * 0.044715L * x * x);
    return logistic(inner(x)) * (1 + x * slope * logistic(-inner(x)));
  };
  // The slopes pass through 0 between -1.3 and -0.7.
  test::check_slopes({
      {"silu", silu, of_silu, -80, -2, 16},
      {"silu", silu, of_silu, 0, 80, 8},
      {"gelu", exact_gelu, of_gelu, -4, -1, 64},
      {"gelu", exact_gelu, of_gelu, 0, 9, 8},
      {"gelu, tanh", fast_gelu, of_fast, -4, -1, 64},
      {"gelu, tanh", fast_gelu, of_fast, 0, 9, 8},
  });
}

TEST_CASE("gates far from 0 are closed or open", "[ops][gate]") {
  for (const DType dtype : {float32, float64}) {
    const Tensor x = tensor({1e30, -1e30}, {.dtype = dtype});
    const double large = x.to_vector<double>()[0];
    for (const auto f : std::vector<test::Function>{silu, exact_gelu, fast_gelu, mish, hardswish}) {
      CHECK(f(x).to_vector<double>() == std::vector<double>{large, 0});
      CHECK(test::derivative(f, x, 1).to_vector<double>() == std::vector<double>{1, 0});
      CHECK(std::isnan(
          f(full({}, std::numeric_limits<double>::quiet_NaN(), {.dtype = dtype})).item<double>()));
    }
  }
  CHECK_THROWS_WITH(gelu(ones({1}), "fast"),
                    "gelu: approximate is \"fast\", but must be none or tanh");
}

TEST_CASE("glu takes its halves along any dimension", "[ops][gate]") {
  const Tensor x = tensor({2.0, 4.0, 0.0, 0.0});
  CHECK(glu(x).to_vector<float>() == std::vector<float>{1, 2});
  CHECK(glu(x.reshape({4, 1}), 0).shape() == Shape{2, 1});
}
