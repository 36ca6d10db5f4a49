#include <cmath>

#include "ops/pointwise/rows.hpp"
#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::row;

TEST_CASE("exponential functions have their derivatives", "[ops][table]") {
  test::check_rows({row("exp", exp, -2, 2), row("log", log, 0.2, 3), row("log1p", log1p, -0.7, 3)});
}

TEST_CASE("exponential functions agree with the standard library", "[ops][exponential]") {
  test::check_values({
      {"exp", exp, std::exp, -80, 80},
      {"log", log, std::log, 1e-30, 1e3},
      {"log1p", log1p, std::log1p, -0.999, 50},
  });
}

TEST_CASE("an element's value does not depend on its place in the tensor", "[ops][pointwise]") {
  const Tensor one = exp(full({}, 0.3));
  for (const float v : exp(full({29}, 0.3)).to_vector<float>()) CHECK(v == one.item<float>());
  for (const float v : exp(full({5, 7}, 0.3).t()).to_vector<float>()) CHECK(v == one.item<float>());
}

TEST_CASE("exponential functions of integers are float32", "[ops][exponential]") {
  CHECK(exp(full({1}, 2)).dtype() == float32);
}
