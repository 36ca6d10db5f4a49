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
  });
}

TEST_CASE("activations agree with the standard library", "[ops][activation]") {
  test::check_values({
      {"tanh", tanh, std::tanh, -12, 12},
      {"sigmoid", sigmoid, [](long double v) { return 1 / (1 + std::exp(-v)); }, -80, 80},
      {"softplus", softplus, [](long double v) { return std::log1p(std::exp(v)); }, -80, 80},
  });
}

TEST_CASE("activations of NaN are NaN", "[ops][activation]") {
  for (const DType dtype : {float32, float64}) {
    const Tensor x = full({}, std::numeric_limits<double>::quiet_NaN(), {.dtype = dtype});
    for (const test::Function f : std::vector<test::Function>{sigmoid, tanh, relu, softplus}) {
      CHECK(std::isnan(f(x).item<double>()));
    }
  }
}

TEST_CASE("relu keeps integers", "[ops][activation]") {
  const Tensor x = Tensor::from_vector<std::int32_t>({-3, 0, 4});
  CHECK(relu(x).to_vector<std::int32_t>() == std::vector<std::int32_t>{0, 0, 4});
}
