// The kink rows: at every kink that a header documents, the derivatives of orders 1 to 3.
// tools/check_op_table.py compares them with the headers.
#include <limits>

#include "support/catch.hpp"
#include "support/kinks.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::kink;
using test::Kink;
using test::Numbers;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// x^n, once with the exponent as a number and once as a tensor that varies.
std::vector<Kink> powers(double n, double first, double second, double third) {
  const auto number = [n](const Tensor& x) { return pow(x, n); };
  const auto tensor = [n](const Tensor& x) {
    return pow(x, full({1}, n, {.dtype = x.dtype(), .requires_grad = true}));
  };
  return {kink("pow", number, {0}, {first}, {second}, {third}),
          kink("pow", tensor, {0}, {first}, {second}, {third})};
}

/// The loss of x against a target, and the loss of a number against x as target.
Tensor l1_of(const Tensor& x, double target) {
  return nn::l1_loss(x, full_like(x, target), {.reduction = Reduction::sum});
}
Tensor l1_to(const Tensor& x, double input) {
  return nn::l1_loss(full_like(x, input), x, {.reduction = Reduction::sum});
}
/// The derivative by the target, as a function of x.
Tensor slope_to_target(const Tensor& x) {
  const Tensor y = full_like(x, 0.25).requires_grad_();
  return grad({nn::binary_cross_entropy(x, y, {.reduction = Reduction::sum})}, {y},
              {.create_graph = true})[0];
}
Tensor cross_entropy_of(const Tensor& x, double target) {
  return nn::binary_cross_entropy(x, full_like(x, target), {.reduction = Reduction::sum});
}

}  // namespace

TEST_CASE("functions of one element have their documented derivatives at kinks", "[ops][kink]") {
  test::check_kinks({
      kink("relu", relu, {0, -1, 1}, {0, 0, 1}),
      kink("abs", [](const Tensor& x) { return abs(x); }, {0, -1, 1}, {0, -1, 1}),
      kink("sign", sign, {0, -1, 1}, {0, 0, 0}),
      kink("sqrt", [](const Tensor& x) { return sqrt(x); }, {0}, {infinite}, {-infinite},
           {infinite}),
      kink("clamp", [](const Tensor& x) { return clamp(x, -1, 2); }, {-1, 2, -1.5, 2.5, 0},
           {1, 1, 0, 0, 1}),
      kink("clamp_min", [](const Tensor& x) { return clamp_min(x, -1); }, {-1, -1.5}, {1, 0}),
      kink("clamp_max", [](const Tensor& x) { return clamp_max(x, 2); }, {2, 2.5}, {1, 0}),
  });
}

TEST_CASE("powers have the derivatives of a polynomial at 0", "[ops][kink]") {
  test::check_kinks(powers(0, 0, 0, 0));
  test::check_kinks(powers(1, 1, 0, 0));
  test::check_kinks(powers(2, 0, 2, 0));
  test::check_kinks(powers(3, 0, 0, 6));
  test::check_kinks(powers(4, 0, 0, 0));
  test::check_kinks(powers(2.5, 0, 0, infinite));
  test::check_kinks(powers(0.5, infinite, -infinite, infinite));
  test::check_kinks({
      kink("pow", [](const Tensor& x) { return 1 + 2 * pow(x, 1) + 3 * pow(x, 2); }, {0, 1}, {2, 8},
           {6, 6}, {0, 0}),
      // A number that 1 / x overflows for is no kink, but the same path.
      kink("pow", [](const Tensor& x) { return pow(x, 1); }, {1e-39}, {1}),
      // Of the exponent: 0^b is 0 wherever b is positive.
      kink("pow", [](const Tensor& b) { return pow(zeros_like(b), b); }, {0, 1, 2}, {0, 0, 0}),
  });
}

TEST_CASE("choices between two have their documented derivatives at ties", "[ops][kink]") {
  const auto first = [](auto f) { return [f](const Tensor& x) { return f(x, ones_like(x)); }; };
  const auto second = [](auto f) { return [f](const Tensor& x) { return f(ones_like(x), x); }; };
  const auto most = [](const Tensor& a, const Tensor& b) { return maximum(a, b); };
  const auto least = [](const Tensor& a, const Tensor& b) { return minimum(a, b); };
  test::check_kinks({
      kink("maximum", first(most), {1, 0, 2}, {0.5, 0, 1}),
      kink("maximum", second(most), {1, 0, 2}, {0.5, 0, 1}),
      kink("minimum", first(least), {1, 0, 2}, {0.5, 1, 0}),
      kink("minimum", second(least), {1, 0, 2}, {0.5, 1, 0}),
  });
}

TEST_CASE("reductions have their documented derivatives at kinks", "[ops][kink]") {
  const Numbers tie{1, 3, 3, 0, 0};
  const Numbers flat{0, 0, 0};
  test::check_kinks({
      kink("max", [](const Tensor& x) { return max(x); }, tie, {0, 0.5, 0.5, 0, 0}),
      kink("min", [](const Tensor& x) { return min(x); }, tie, {0, 0, 0, 0.5, 0.5}),
      kink("max", [](const Tensor& x) { return max(x, 0).values; }, tie, {0, 1, 0, 0, 0}),
      kink("min", [](const Tensor& x) { return min(x, 0).values; }, tie, {0, 0, 0, 1, 0}),
      kink("amax", [](const Tensor& x) { return amax(x, 0); }, tie, {0, 0.5, 0.5, 0, 0}),
      kink("amin", [](const Tensor& x) { return amin(x, 0); }, tie, {0, 0, 0, 0.5, 0.5}),
      kink(
          "std", [](const Tensor& x) { return tapegrad::std(x); }, {2, 2, 2}, flat),
  });
}

TEST_CASE("a choice is kept at every order where what arrives is infinite", "[ops][kink]") {
  const auto deviation = [](const Tensor& x) { return tapegrad::std(cat({x, x})); };
  const auto of_deviation = [deviation](Tensor (*f)(const Tensor&)) {
    return kink("std", [=](const Tensor& x) { return f(deviation(x)); }, {2}, {0});
  };
  const auto of_relu = [](Tensor (*f)(const Tensor&)) {
    return kink("relu", [=](const Tensor& x) { return f(relu(x)); }, {0, -1}, {0, 0});
  };
  const auto inverse = [](const Tensor& x) { return 1 / x; };
  const auto root = [](const Tensor& x) { return pow(x, 0.5); };
  test::check_kinks({
      of_deviation(sqrt),
      of_deviation(log),
      of_deviation(inverse),
      of_deviation(root),
      of_deviation(abs),
      of_relu(sqrt),
      of_relu(log),
      of_relu(inverse),
      of_relu(root),
      kink("abs", [](const Tensor& x) { return sqrt(abs(x)); }, {0}, {0}),
      kink("clamp", [](const Tensor& x) { return sqrt(clamp(x, 0, 1)); }, {-1}, {0}),
      kink("maximum", [](const Tensor& x) { return sqrt(maximum(x, zeros_like(x))); }, {-1}, {0}),
      kink("l1_loss", [](const Tensor& x) { return sqrt(l1_of(x, 1)); }, {1}, {0}),
      // A power of 0 is 1 whatever the base is.
      kink("pow", [](const Tensor& x) { return sqrt(pow(x, 0) - 1); }, {0, 2}, {0, 0}),
      kink("pow", [](const Tensor& b) { return sqrt(pow(zeros_like(b), b)); }, {1}, {0}),
  });
}

TEST_CASE("where nothing is chosen an infinite slope times 0 is NaN", "[ops][kink]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto undecided = [nan](Tensor (*f)(const Tensor&)) {
    return kink("sqrt", [=](const Tensor& x) { return sqrt(f(x)); }, {0}, {nan}, {nan}, {nan});
  };
  test::check_kinks({
      undecided([](const Tensor& x) {
        return var(cat({x, x}));
      }),
      undecided([](const Tensor& x) { return sum(square(x)); }),
      undecided([](const Tensor& x) { return nn::mse_loss(x, zeros_like(x)); }),
  });
}

TEST_CASE("losses have their documented derivatives at kinks", "[ops][kink]") {
  test::check_kinks({
      kink("l1_loss", [](const Tensor& x) { return l1_of(x, 1); }, {1, 0, 2}, {0, -1, 1}),
      kink("l1_loss", [](const Tensor& x) { return l1_to(x, 1); }, {1, 0, 2}, {0, -1, 1}),
      // -log(x) at 1, -log(1 - x) at 0.
      kink("binary_cross_entropy", [](const Tensor& x) { return cross_entropy_of(x, 1); }, {1}, {0},
           {1}, {-2}),
      kink("binary_cross_entropy", [](const Tensor& x) { return cross_entropy_of(x, 0); }, {0}, {0},
           {1}, {2}),
      // Divisors are 1e-12 or more: -1 / x, 1 / x^2, -2 / x^3, and likewise on the other side.
      kink("binary_cross_entropy", [](const Tensor& x) { return cross_entropy_of(x, 1); },
           {0, 1e-13}, {-1e12, -1e12}, {1e24, 1e24}, {-2e36, -2e36}),
      kink("binary_cross_entropy", [](const Tensor& x) { return cross_entropy_of(x, 0); }, {1},
           {1e12}, {1e24}, {2e36}),
      kink("binary_cross_entropy", [](const Tensor& x) { return cross_entropy_of(x, 0.25); },
           {0, 1}, {0.75 - 0.25e12, 0.75e12 - 0.25}, {0.75 + 0.25e24, 0.75e24 + 0.25},
           {1.5 - 0.5e36, 1.5e36 - 0.5}),
      // By the target: -1 / x - 1 / (1 - x).
      kink("binary_cross_entropy", slope_to_target, {0, 1, 0.5}, {-1e12, -1e12, -4},
           {1e24, -1e24, 0}, {-2e36, -2e36, -32}),
      // 1 / (x (1 - x)), and 2 (1 - y) / (1 - x)^3 - 2 y / x^3.
      kink("binary_cross_entropy", [](const Tensor& x) { return cross_entropy_of(x, 0.25); },
           {0.25}, {0}, {16.0 / 3}, {-256.0 / 9}),
  });
}
