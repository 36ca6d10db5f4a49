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

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
using Numbers = std::vector<double>;
using Booleans = std::vector<bool>;

}  // namespace

TEST_CASE("the replacement of what isn't a number has its derivatives", "[ops][table]") {
  test::check_rows({{.name = "nan_to_num",
                     .f = [](const test::Tensors& x) { return nan_to_num(x[0]); },
                     .inputs = {{{2, 3}}},
                     .empty_inputs = {{0, 3}},
                     .empty_result = {0, 3}}});
}

TEST_CASE("what isn't a number is told from what is", "[ops][finite]") {
  for (const DType dtype : {float32, float64}) {
    const Tensor x = tensor({1.0, -0.0, infinite, -infinite, not_a_number}, {.dtype = dtype});
    CHECK(isnan(x).to_vector<bool>() == Booleans{false, false, false, false, true});
    CHECK(isinf(x).to_vector<bool>() == Booleans{false, false, true, true, false});
    CHECK(isfinite(x).to_vector<bool>() == Booleans{true, true, false, false, false});
  }
  for (const DType dtype : {boolean, uint8, int32, int64}) {
    const Tensor x = ones({2}, {.dtype = dtype});
    CHECK(isnan(x).to_vector<bool>() == Booleans{false, false});
    CHECK(isinf(x).to_vector<bool>() == Booleans{false, false});
    CHECK(isfinite(x).to_vector<bool>() == Booleans{true, true});
  }
  CHECK_FALSE(isfinite(ones({1}).requires_grad_()).requires_grad());
  CHECK(isnan(zeros({0, 3})).shape() == Shape{0, 3});
}

TEST_CASE("what isn't a number is replaced, and passes no gradient", "[ops][finite]") {
  const Tensor x = tensor({1.0, infinite, -infinite, not_a_number});
  const double most = std::numeric_limits<float>::max();
  CHECK(nan_to_num(x).to_vector<double>() == Numbers{1, most, -most, 0});
  CHECK(nan_to_num(x, 7, 8, -9).to_vector<double>() == Numbers{1, 8, -9, 7});
  CHECK(nan_to_num(x.to(float64)).to_vector<double>()[1] == std::numeric_limits<double>::max());
  CHECK(test::derivative([](const Tensor& v) { return nan_to_num(v); }, x, 1).to_vector<double>() ==
        Numbers{1, 0, 0, 0});
  CHECK(nan_to_num(ones({1}).to(int32)).dtype() == int32);
  CHECK_THROWS_AS(nan_to_num(x, 1e300), DTypeError);
}
