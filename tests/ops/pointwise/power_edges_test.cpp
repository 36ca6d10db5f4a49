// Derivatives of pow where its base or its exponent is 0 and both vary. Expected values are those
// of x^n: n x^(n-1) by x, x^n log(x) by n, x^(n-1) (1 + n log(x)) by both.
#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

Tensor variable(double value) { return tensor(value, {.dtype = float64}).requires_grad_(); }

}  // namespace

TEST_CASE("an exponent of 0 that varies has a mixed derivative", "[ops][pow]") {
  const Tensor x = variable(2);
  const Tensor n = variable(0);
  const Tensor by_x = grad({pow(x, n)}, {x}, {.create_graph = true})[0];
  CHECK(by_x.item<double>() == 0);
  CHECK(grad({by_x}, {n})[0].item<double>() == Approx(0.5).epsilon(1e-15));
}

TEST_CASE("the first power of 0 has the slope 1, also where the exponent varies", "[ops][pow]") {
  const Tensor x = variable(0);
  const Tensor n = variable(1);
  CHECK(grad({pow(x, n)}, {x})[0].item<double>() == 1);
}

TEST_CASE("a negative power of 0 falls without end as the exponent grows", "[ops][pow]") {
  const Tensor x = variable(0);
  const Tensor n = variable(-1);
  CHECK(grad({pow(x, n)}, {n})[0].item<double>() == -std::numeric_limits<double>::infinity());
}
