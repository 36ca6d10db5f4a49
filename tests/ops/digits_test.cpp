// Digits where a formula could cancel: losses and the softmax family against closed forms in long
// double, values and gradients.
#include <cmath>
#include <functional>
#include <vector>

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

using namespace tapegrad;

namespace {

/// 1 / (1 + e^-x) and log(1 + e^x), by the side that doesn't overflow.
long double sigmoid_of(long double x) {
  return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
}
long double softplus_of(long double x) {
  return std::fmax(x, 0.0L) + std::log1p(std::exp(-std::fabs(x)));
}

/// A few units in the last place, and some of the smallest number.
void check_near(double got, long double expected, DType dtype) {
  CAPTURE(got, static_cast<double>(expected));
  const double relative = dtype == float32 ? 6e-7 : 2e-15;
  const double smallest = dtype == float32 ? 3e-45 : 1e-323;
  CHECK(std::fabs(got - expected) <= relative * std::fabs(expected) + smallest);
}

struct Both {
  double loss;
  double gradient;
};

Both of(const std::function<Tensor(const Tensor&)>& f, double at, DType dtype) {
  Tensor x = full({1}, at, {.dtype = dtype, .requires_grad = true});
  const Tensor y = sum(f(x));
  y.backward();
  const Tensor again = full({1}, at, {.dtype = dtype, .requires_grad = true});
  const double recorded = grad({sum(f(again))}, {again}, {.create_graph = true})[0].item<double>();
  check_near(recorded, x.grad().item<double>(), dtype);
  return {y.item<double>(), x.grad().item<double>()};
}

const std::vector<double> logits{0,  1e-30, 1e-10, 1e-3, 0.5, 1,   5,    15,
                                 20, 40,    60,    80,   300, 700, 1e10, 1e30};

}  // namespace

TEST_CASE("losses with logits keep their digits on both sides", "[ops][loss][digits]") {
  for (const DType dtype : {float32, float64}) {
    for (const double size : logits) {
      for (const double x : {size, -size}) {
        for (const double y : {0.0, 1.0}) {
          for (const double p : {1.0, 3.0}) {
            CAPTURE(x, y, p);
            const double held = full({1}, x, {.dtype = dtype}).item<double>();
            const auto f = [&](const Tensor& v) {
              nn::BinaryCrossEntropyWithLogitsOptions options;
              if (p != 1) options.pos_weight = full({1}, p, {.dtype = dtype});
              return nn::binary_cross_entropy_with_logits(v, full_like(v, y), options);
            };
            const Both got = of(f, x, dtype);
            check_near(got.loss, y == 0 ? softplus_of(held) : p * softplus_of(-held), dtype);
            check_near(got.gradient, y == 0 ? sigmoid_of(held) : -p * sigmoid_of(-held), dtype);
          }
        }
      }
    }
  }
}

TEST_CASE("a small cross entropy has all its digits", "[ops][loss][digits]") {
  // Two classes, whose logits differ by d: log(1 + e^-d), and the derivative is -1 / (1 + e^d).
  for (const DType dtype : {float32, float64}) {
    for (const double d : logits) {
      CAPTURE(d);
      const double held = full({1}, d, {.dtype = dtype}).item<double>();
      const auto f = [](const Tensor& v) {
        const Tensor both = cat({v, zeros_like(v)}).unsqueeze(0);
        return nn::cross_entropy(both, zeros({1}, {.dtype = int64}));
      };
      const Both got = of(f, d, dtype);
      check_near(got.loss, softplus_of(-held), dtype);
      check_near(got.gradient, -sigmoid_of(-held), dtype);
    }
  }
}

TEST_CASE("a saturated softmax has a derivative with all its digits", "[ops][softmax][digits]") {
  // softmax({d, 0})[0] is the sigmoid of d.
  for (const DType dtype : {float32, float64}) {
    for (const double d : logits) {
      CAPTURE(d);
      const double held = full({1}, d, {.dtype = dtype}).item<double>();
      const auto first = [](const Tensor& v) { return softmax(cat({v, zeros_like(v)}), 0)[0]; };
      const Both got = of(first, d, dtype);
      check_near(got.loss, sigmoid_of(held), dtype);
      check_near(got.gradient, sigmoid_of(held) * sigmoid_of(-held), dtype);
    }
  }
}

TEST_CASE("binary cross entropy has its digits next to 0 and to its target",
          "[ops][loss][digits]") {
  for (const DType dtype : {float32, float64}) {
    for (const double x : {1e-30, 1e-14, 1e-6, 0.25, 0.5, 0.75}) {
      for (const double y : {0.0, 0.25}) {
        CAPTURE(x, y);
        const long double v = full({1}, x, {.dtype = dtype}).item<double>();
        const auto f = [&](const Tensor& t) {
          return nn::binary_cross_entropy(t, full_like(t, y));
        };
        const Both got = of(f, x, dtype);
        check_near(got.loss, -(y * std::log(v) + (1 - y) * std::log1p(-v)), dtype);
        // Divisors are 1e-12 or more.
        const long double expected =
            y == 0 ? 1 / (1 - v) : (1 - y) / (1 - v) - y / std::fmax(v, 1e-12L);
        check_near(got.gradient, expected, dtype);
      }
    }
  }
}
