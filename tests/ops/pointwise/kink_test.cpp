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

TEST_CASE("steps are flat at every order", "[ops][kink]") {
  test::check_kinks({
      kink("floor", [](const Tensor& x) { return floor(x); }, {1, 1.5}, {0, 0}),
      kink("ceil", [](const Tensor& x) { return ceil(x); }, {1, 1.5}, {0, 0}),
      kink("round", [](const Tensor& x) { return round(x); }, {0.5, 1}, {0, 0}),
      kink("trunc", [](const Tensor& x) { return trunc(x); }, {1, 1.5}, {0, 0}),
      kink("frac", frac, {1, 1.5}, {1, 1}),
      kink("floor_divide", [](const Tensor& x) { return floor_divide(x, 2); }, {4, 3}, {0, 0}),
      kink("floor_divide", [](const Tensor& x) { return floor_divide(6, x); }, {3, 4}, {0, 0}),
  });
}

TEST_CASE("remainders are straight at every multiple of the divisor", "[ops][kink]") {
  test::check_kinks({
      kink("remainder", [](const Tensor& x) { return remainder(x, 2); }, {4, 3, -3}, {1, 1, 1}),
      kink("remainder", [](const Tensor& x) { return remainder(-7, x); }, {7, 2}, {1, 4}),
      kink("fmod", [](const Tensor& x) { return fmod(x, 2); }, {4, 3, -3}, {1, 1, 1}),
      kink("fmod", [](const Tensor& x) { return fmod(-7, x); }, {7, 2}, {1, 3}),
  });
}

TEST_CASE("a copied sign turns the slope, which is 0 at 0", "[ops][kink]") {
  test::check_kinks({
      kink("copysign", [](const Tensor& x) { return copysign(x, -1); }, {0, 2, -2}, {0, -1, 1}),
      kink("copysign", [](const Tensor& x) { return copysign(2, x); }, {0, 2, -2}, {0, 0, 0}),
  });
}

TEST_CASE("rectifiers have the documented slope between their pieces", "[ops][kink]") {
  const auto prelu_of = [](const Tensor& x) {
    return prelu(x, full({1}, 0.25, {.dtype = x.dtype()}));
  };
  const double product = 1.0507009873554804934 * 1.6732632423543772848;
  test::check_kinks({
      kink("leaky_relu", [](const Tensor& x) { return leaky_relu(x, 0.25); }, {0, 1}, {0.25, 1}),
      kink("prelu", prelu_of, {0, 1}, {0.25, 1}),
      kink("elu", [](const Tensor& x) { return elu(x, 2); }, {0, 1}, {2, 1}, {2, 0}, {2, 0}),
      kink("selu", selu, {0}, {product}, {product}, {product}),
      kink("threshold", [](const Tensor& x) { return threshold(x, 1, 5); }, {1, 2}, {0, 1}),
      kink("hardtanh", [](const Tensor& x) { return hardtanh(x); }, {-1, 1, 0, 2}, {0, 0, 1, 0}),
      kink("relu6", relu6, {0, 6, 1}, {0, 0, 1}),
      kink("hardsigmoid", hardsigmoid, {-3, 3, 4}, {0, 0, 0}),
      kink("softshrink", [](const Tensor& x) { return softshrink(x); }, {0.5, -0.5, 1, 0},
           {0, 0, 1, 0}),
      kink("hardshrink", [](const Tensor& x) { return hardshrink(x); }, {0.5, -0.5, 1, 0},
           {0, 0, 1, 0}),
      kink("hardswish", hardswish, {-3, 3, 4}, {0, 1, 1}),
  });
}
