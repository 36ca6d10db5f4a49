#include <cmath>
#include <limits>

#include "ops/pointwise/rows.hpp"
#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::row;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("hyperbolic functions have their derivatives", "[ops][table]") {
  test::check_rows({row("sinh", sinh, -2, 2), row("cosh", cosh, -2, 2), row("asinh", asinh, -2, 2),
                    row("acosh", acosh, 1.5, 4), row("atanh", atanh, -0.8, 0.8)});
}

TEST_CASE("hyperbolic functions agree with the standard library", "[ops][hyperbolic]") {
  test::check_values({
      {"sinh", sinh, std::sinh, -80, 80},
      {"sinh near 0", sinh, std::sinh, -1e-5, 1e-5},
      {"cosh", cosh, std::cosh, -80, 80},
      {"asinh", asinh, std::asinh, -1e10, 1e10},
      {"asinh near 0", asinh, std::asinh, -1e-5, 1e-5},
      {"acosh", acosh, std::acosh, 1, 1e10},
      {"acosh near 1", acosh, std::acosh, 1, 1.001},
      {"atanh", atanh, std::atanh, -1, 1},
      {"atanh near 0", atanh, std::atanh, -1e-5, 1e-5},
  });
}

TEST_CASE("hyperbolic functions have derivatives with their digits", "[ops][hyperbolic]") {
  const auto of_asinh = [](long double x) { return 1 / std::sqrt(x * x + 1); };
  const auto of_acosh = [](long double x) { return 1 / std::sqrt((x - 1) * (x + 1)); };
  const auto of_atanh = [](long double x) { return 1 / ((1 - x) * (1 + x)); };
  test::check_slopes({
      {"sinh", sinh, std::cosh, -80, 80},
      {"cosh", cosh, std::sinh, -80, 80},
      {"asinh", asinh, of_asinh, -1e30, 1e30, 4},
      {"acosh", acosh, of_acosh, 1, 1e30, 4},
      {"acosh near 1", acosh, of_acosh, 1, 1.001, 4},
      {"atanh", atanh, of_atanh, -1, 1, 4},
  });
}

TEST_CASE("hyperbolic functions end where they are documented to", "[ops][hyperbolic]") {
  for (const DType dtype : {float32, float64}) {
    const auto at = [dtype](test::Function f, double x) {
      return f(full({}, x, {.dtype = dtype})).item<double>();
    };
    CHECK(at(sinh, -infinite) == -infinite);
    CHECK(at(cosh, -infinite) == infinite);
    CHECK(at(asinh, infinite) == infinite);
    CHECK(std::isnan(at(acosh, 0.5)));
    CHECK(at(atanh, 1) == infinite);
    CHECK(std::isnan(at(atanh, 1.5)));
    CHECK(std::isnan(test::derivative(acosh, full({}, 0.5, {.dtype = dtype}), 1).item<double>()));
  }
}
