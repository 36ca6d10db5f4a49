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

TEST_CASE("magnitude and sign have their derivatives", "[ops][table]") {
  test::check_rows({row("abs", abs, -2, 2), row("sign", sign, -2, 2)});
}

TEST_CASE("NaN has NaN as magnitude and as sign", "[ops][sign]") {
  for (const DType dtype : {float32, float64}) {
    const Tensor x = full({}, std::numeric_limits<double>::quiet_NaN(), {.dtype = dtype});
    CHECK(std::isnan(abs(x).item<double>()));
    CHECK(std::isnan(sign(x).item<double>()));
  }
}

TEST_CASE("magnitudes and signs of integers are integers", "[ops][sign]") {
  const Tensor x = Tensor::from_vector<std::int32_t>({-3, 0, 4});
  CHECK(abs(x).to_vector<std::int32_t>() == std::vector<std::int32_t>{3, 0, 4});
  CHECK(sign(x).to_vector<std::int32_t>() == std::vector<std::int32_t>{-1, 0, 1});
}
