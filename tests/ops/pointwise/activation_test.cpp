#include <cmath>
#include <cstdint>
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

TEST_CASE("activations have their derivatives", "[ops][table]") {
  test::check_rows({
      row("sigmoid", sigmoid, -4, 4),
      row("tanh", tanh, -2, 2),
      row("relu", relu, -2, 2),
      row("softplus", softplus, -4, 4),
      row(
          "softplus", [](const Tensor& x) { return softplus(x, 2.5); }, -2, 2),
      row("softplus", logsigmoid, -4, 4),
      row("softsign", softsign, -3, 3),
      row("tanhshrink", tanhshrink, -2, 2),
  });
}

TEST_CASE("activations agree with the standard library", "[ops][activation]") {
  test::check_values({
      {"tanh", tanh, std::tanh, -12, 12},
      {"sigmoid", sigmoid, [](long double v) { return 1 / (1 + std::exp(-v)); }, -80, 80},
      {"softplus", softplus, [](long double v) { return std::log1p(std::exp(v)); }, -80, 80},
  });
}

TEST_CASE("activations keep their digits around 0 and far from it", "[ops][activation]") {
  const auto exact_softplus = [](long double v) { return std::log1p(std::exp(2.5L * v)) / 2.5L; };
  const auto series = [](long double v) {
    const long double z = v * v;
    return v * z * (1 / 3.0L - z * (2 / 15.0L - z * (17 / 315.0L)));
  };
  test::check_values({
      {"softplus of beta", [](const Tensor& x) { return softplus(x, 2.5); }, exact_softplus, -9, 9,
       16},
      {"logsigmoid", logsigmoid, [](long double v) { return -std::log1p(std::exp(-v)); }, -80, 80},
      {"softsign", softsign, [](long double v) { return v / (1 + std::abs(v)); }, -30, 30},
      {"tanhshrink", tanhshrink, [](long double v) { return v - std::tanh(v); }, 0.1, 9},
      {"tanhshrink near 0", tanhshrink, series, -1e-3, 1e-3, 4},
  });
  const auto of_softsign = [](long double v) {
    return 1 / ((1 + std::abs(v)) * (1 + std::abs(v)));
  };
  test::check_slopes({
      {"logsigmoid", logsigmoid, [](long double v) { return 1 / (1 + std::exp(v)); }, -80, 80, 4},
      {"softsign", softsign, of_softsign, -30, 30, 4},
      {"tanhshrink", tanhshrink, [](long double v) { return std::tanh(v) * std::tanh(v); }, -9, 9,
       5},
  });
}

TEST_CASE("activations of NaN are NaN", "[ops][activation]") {
  for (const DType dtype : {float32, float64}) {
    const Tensor x = full({}, std::numeric_limits<double>::quiet_NaN(), {.dtype = dtype});
    for (const test::Function f : std::vector<test::Function>{sigmoid, tanh, relu, softplus,
                                                              logsigmoid, softsign, tanhshrink}) {
      CHECK(std::isnan(f(x).item<double>()));
    }
  }
}

TEST_CASE("relu keeps integers", "[ops][activation]") {
  const Tensor x = Tensor::from_vector<std::int32_t>({-3, 0, 4});
  CHECK(relu(x).to_vector<std::int32_t>() == std::vector<std::int32_t>{0, 0, 4});
}
