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
  test::check_rows(row("copysign", copysign));
}

TEST_CASE("NaN has NaN as magnitude and as sign", "[ops][sign]") {
  for (const DType dtype : {float32, float64}) {
    const Tensor x = full({}, std::numeric_limits<double>::quiet_NaN(), {.dtype = dtype});
    CHECK(std::isnan(abs(x).item<double>()));
    CHECK(std::isnan(sign(x).item<double>()));
  }
}

TEST_CASE("a sign is copied from every number, zeros and NaN included", "[ops][sign]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> a{3, -3, 3, 0, 3, -3};
  const std::vector<double> b{-0.0, 0.0, -2, -1, std::copysign(nan, 1), std::copysign(nan, -1)};
  for (const DType dtype : {float32, float64}) {
    const Tensor y = copysign(Tensor::from_vector(std::vector<double>(a)).to(dtype),
                              Tensor::from_vector(std::vector<double>(b)).to(dtype));
    for (std::size_t i = 0; i < a.size(); ++i) {
      CHECK(y.to_vector<double>()[i] == std::copysign(a[i], b[i]));
      CHECK(signbit(y).to_vector<bool>()[i] == std::signbit(b[i]));
    }
  }
  CHECK(copysign(tensor({2}, {.dtype = int32}), -1).item<float>() == -2);
  CHECK(copysign(2, tensor({-1.0})).item<float>() == -2);
  CHECK(signbit(tensor({-1, 0, 1})).to_vector<bool>() == std::vector<bool>{true, false, false});
}

TEST_CASE("magnitudes and signs of integers are integers", "[ops][sign]") {
  const Tensor x = Tensor::from_vector<std::int32_t>({-3, 0, 4});
  CHECK(abs(x).to_vector<std::int32_t>() == std::vector<std::int32_t>{3, 0, 4});
  CHECK(sign(x).to_vector<std::int32_t>() == std::vector<std::int32_t>{-1, 0, 1});
}
