// The kink rows of pointwise operations beyond those of ops/kink_test.cpp.
#include "support/catch.hpp"
#include "support/kinks.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::kink;

TEST_CASE("hypot has no derivative at the origin and gives 0", "[ops][kink]") {
  test::check_kinks({
      kink("hypot", [](const Tensor& x) { return hypot(x, zeros_like(x)); }, {0}, {0}),
      kink("hypot", [](const Tensor& x) { return hypot(zeros_like(x), x); }, {0}, {0}),
  });
}
