// Derivatives of derivatives against closed forms.
#include <cmath>
#include <functional>

#include "autograd/leaf.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::leaf;
using test::scalar;
using test::tensor_of;
using test::value;
using test::Values;
using test::values;

namespace {

/// f, f', f'', ... at `at`, up to `order`.
std::vector<double> derivatives(const std::function<Tensor(const Tensor&)>& f, double at,
                                int order) {
  const Tensor x = scalar(at);
  Tensor y = f(x);
  std::vector<double> result{value(y)};
  for (int i = 0; i < order; ++i) {
    y = grad({y}, {x}, {.create_graph = true})[0];
    result.push_back(value(y));
  }
  return result;
}

struct Curve {
  const char* name;
  std::function<Tensor(const Tensor&)> f;
  /// f, f', f''.
  std::function<std::vector<double>(double)> closed;
};

}  // namespace

TEST_CASE("second derivatives of composite functions have their closed forms",
          "[autograd][higher]") {
  const Curve curves[] = {
      {"exp(x^2)", [](const Tensor& x) { return exp(x * x); },
       [](double x) {
         const double e = std::exp(x * x);
         return std::vector{e, 2 * x * e, (2 + 4 * x * x) * e};
       }},
      {"log(1 + x^2)", [](const Tensor& x) { return log(1 + x * x); },
       [](double x) {
         const double q = 1 + x * x;
         return std::vector{std::log(q), 2 * x / q, (2 - 2 * x * x) / (q * q)};
       }},
      {"x / (1 + x)", [](const Tensor& x) { return x / (1 + x); },
       [](double x) {
         const double q = 1 + x;
         return std::vector{x / q, 1 / (q * q), -2 / (q * q * q)};
       }},
      {"x^x", [](const Tensor& x) { return pow(x, x); },
       [](double x) {
         const double p = std::pow(x, x);
         const double l = 1 + std::log(x);
         return std::vector{p, p * l, p * (l * l + 1 / x)};
       }},
      {"tanh(2x)^2", [](const Tensor& x) { return square(tanh(2 * x)); },
       [](double x) {
         const double t = std::tanh(2 * x);
         const double s = 1 - t * t;
         return std::vector{t * t, 4 * t * s, 8 * s * s - 16 * t * t * s};
       }},
      {"sqrt(x) exp(-x)", [](const Tensor& x) { return sqrt(x) * exp(-x); },
       [](double x) {
         const double f = std::sqrt(x) * std::exp(-x);
         const double r = 0.5 / x - 1;
         return std::vector{f, f * r, f * (r * r - 0.5 / (x * x))};
       }},
      {"sigmoid(x)^3", [](const Tensor& x) { return pow(sigmoid(x), 3); },
       [](double x) {
         const double s = 1 / (1 + std::exp(-x));
         return std::vector{s * s * s, 3 * s * s * s * (1 - s),
                            3 * s * s * s * (1 - s) * (3 - 4 * s)};
       }},
  };
  for (const Curve& curve : curves) {
    for (const double at : {0.3, 0.9, 1.7}) {
      INFO(curve.name << " at " << at);
      const auto found = derivatives(curve.f, at, 2);
      const auto expected = curve.closed(at);
      // Some ten roundings of float64 on values of order 1 to 100.
      for (std::size_t i = 0; i < 3; ++i) CHECK(found[i] == Approx(expected[i]).epsilon(1e-13));
    }
  }
}

TEST_CASE("third and fourth derivatives come from the same formulas", "[autograd][higher]") {
  const double x = 0.7;
  const auto power = derivatives([](const Tensor& t) { return t * t * t * t; }, x, 4);
  CHECK(power[3] == Approx(24 * x));
  CHECK(power[4] == Approx(24));
  const auto inverse = derivatives([](const Tensor& t) { return 1 / t; }, x, 3);
  CHECK(inverse[3] == Approx(-6 / std::pow(x, 4)));
  // tanh''' = (6 t^2 - 2) (1 - t^2)
  const double t = std::tanh(x);
  CHECK(derivatives([](const Tensor& v) { return tanh(v); }, x, 3)[3] ==
        Approx((6 * t * t - 2) * (1 - t * t)));
  const double s = 1 / (1 + std::exp(-x));
  CHECK(derivatives([](const Tensor& v) { return sigmoid(v); }, x, 3)[3] ==
        Approx(s * (1 - s) * (1 - 6 * s + 6 * s * s)));
}

TEST_CASE("mixed second derivatives are symmetric", "[autograd][higher]") {
  const double x = 0.8;
  const double y = -1.3;
  const Tensor a = scalar(x);
  const Tensor b = scalar(y);
  const Tensor f = exp(a * b) + a * a * b;
  const auto first = grad({f}, {a, b}, {.create_graph = true});
  // d2/dxdy (exp(xy) + x^2 y) = (1 + xy) exp(xy) + 2x
  const double expected = (1 + x * y) * std::exp(x * y) + 2 * x;
  CHECK(value(grad({first[0]}, {b}, {.retain_graph = true})[0]) == Approx(expected));
  CHECK(value(grad({first[1]}, {a})[0]) == Approx(expected));
}

TEST_CASE("second derivatives pass through broadcasting and reductions", "[autograd][higher]") {
  // f = sum_ij (a_i b_j)^2 = |a|^2 |b|^2; the Hessian's blocks times v are known.
  const Tensor a = leaf({1, 2}, {2, 1});
  const Tensor b = leaf({3, -1, 2});
  const Tensor f = square(a * b).sum();
  const Tensor ga = grad({f}, {a}, {.create_graph = true})[0];  // 2 a |b|^2
  CHECK(values(ga) == Values{28, 56});
  const auto h = grad({ga}, {a, b}, {.grad_outputs = {tensor_of({1, 10}, {2, 1})}});
  CHECK(values(h[0]) == Values{28, 280});
  // d/db (2 |b|^2 (a . v)) = 4 b (a . v), with a . v = 21
  CHECK(values(h[1]) == Values{4 * 3 * 21, 4 * -1 * 21, 4 * 2 * 21});
}

TEST_CASE("a gradient penalty trains like its closed form", "[autograd][higher]") {
  // d/dw of |d/dx sum(w x^2)|^2 = |2 w x|^2 is 8 w x^2.
  const Tensor x = leaf({1, -2});
  const Tensor w = leaf({0.5, 3});
  const Tensor g = grad({(w * x * x).sum()}, {x}, {.create_graph = true})[0];
  (g * g).sum().backward();
  CHECK(values(w.grad()) == Values{8 * 0.5 * 1, 8 * 3 * 4});
}

TEST_CASE("backward through a kept gradient adds to the leaves without a cycle",
          "[autograd][higher]") {
  const Tensor x = scalar(2);
  const Tensor y = x * x * x;
  const Tensor g = grad({y}, {x}, {.create_graph = true})[0];
  g.backward();
  CHECK(value(x.grad()) == 12);
  CHECK_FALSE(x.grad().requires_grad());
}
