// Derivatives of functions that saturate, orders 1 to 3, where the function itself has come so near
// to its limit that its type can't tell them apart: against closed forms in long double.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/random.hpp"

using namespace tapegrad;

namespace {

using Orders = std::array<long double, 3>;

/// p = s(x) s(-x) from e^-|x|, and p' and p''. p'' = p (t^2 - 2 p) with t = tanh(x / 2).
Orders logistic(long double x) {
  const long double e = std::exp(-std::fabs(x));
  const long double p = e / ((1 + e) * (1 + e));
  const long double t = std::tanh(x / 2);
  return {p, -p * t, p * (t * t - 2 * p)};
}

Orders of_tanh(long double x) {
  const Orders p = logistic(2 * x);
  return {4 * p[0], 8 * p[1], 16 * p[2]};
}

/// The sigmoid, p and p'.
Orders of_softplus(long double x) {
  const Orders p = logistic(x);
  const long double e = std::exp(-std::fabs(x));
  return {(x < 0 ? e : 1) / (1 + e), p[0], p[1]};
}

Orders negative(Orders y) { return {-y[0], -y[1], -y[2]}; }
/// Of f(-x).
Orders mirrored(Orders y) { return {-y[0], y[1], -y[2]}; }

struct Case {
  const char* name;
  Tensor (*f)(const Tensor&);
  Orders (*exact)(long double);
  /// Whether two gradients meet in the second derivative, so that it is as exact as the first where
  /// it passes through 0.
  bool meets = false;
};

/// softmax and log_softmax of {x, 0}: the first is a sigmoid.
Tensor pair(const Tensor& x) { return stack({x, zeros_like(x)}); }

const Case cases[] = {
    {"sigmoid", sigmoid, logistic},
    {"tanh", tanh, of_tanh},
    {"softplus", softplus, of_softplus},
    {"logsumexp", [](const Tensor& x) { return logsumexp(pair(x), 0); }, of_softplus},
    {"softmax, first", [](const Tensor& x) { return softmax(pair(x), 0)[0]; }, logistic, true},
    {"softmax, second", [](const Tensor& x) { return softmax(pair(x), 0)[1]; },
     [](long double x) { return negative(logistic(x)); }, true},
    {"log_softmax, first", [](const Tensor& x) { return log_softmax(pair(x), 0)[0]; },
     [](long double x) { return negative(mirrored(of_softplus(-x))); }},
    {"log_softmax, second", [](const Tensor& x) { return log_softmax(pair(x), 0)[1]; },
     [](long double x) { return negative(of_softplus(x)); }},
    {"cross_entropy",
     [](const Tensor& x) {
       return nn::cross_entropy(pair(x).t(), ones({x.numel()}, {.dtype = int64}),
                                {.reduction = Reduction::none});
     },
     of_softplus},
    {"binary_cross_entropy_with_logits of 0",
     [](const Tensor& x) {
       return nn::binary_cross_entropy_with_logits(x, zeros_like(x),
                                                   {.reduction = Reduction::none});
     },
     of_softplus},
    {"binary_cross_entropy_with_logits of 1",
     [](const Tensor& x) {
       return nn::binary_cross_entropy_with_logits(x, ones_like(x), {.reduction = Reduction::none});
     },
     [](long double x) { return mirrored(of_softplus(-x)); }},
};

std::vector<double> arguments(DType dtype) {
  const double end = dtype == float32 ? 100 : 700;
  std::vector<double> x{0, 1e-30, -1e-10, 1e-3, -0.25};
  for (double v = 0.5; v < end; v *= 1.19) x.insert(x.end(), {v, -v});
  x.insert(x.end(), {end, -end});
  return x;
}

/// The three derivatives of f at each x, the first by a pass that isn't recorded as well.
struct Derivatives {
  Tensor unrecorded;
  std::array<Tensor, 3> order;
};

Derivatives derivatives(const Case& c, const Tensor& x) {
  Derivatives all;
  all.unrecorded = grad({sum(c.f(x))}, {x})[0];
  Tensor y = c.f(x);
  for (Tensor& d : all.order) y = d = grad({sum(y)}, {x}, {.create_graph = true})[0];
  return all;
}

/// The third derivative passes through 0, where its terms cancel: it has the digits of the second.
void check_orders(const Case& c, DType dtype) {
  Tensor x = Tensor::from_vector(arguments(dtype)).to(dtype).requires_grad_();
  const Derivatives got = derivatives(c, x);
  const std::vector<double> at = x.detach().to_vector<double>();
  const double unit = dtype == float32 ? 0x1p-23 : 0x1p-52;
  const double smallest = dtype == float32 ? 0x1p-149 : 0x1p-1074;
  for (std::size_t i = 0; i < at.size(); ++i) {
    const Orders exact = c.exact(at[i]);
    CAPTURE(at[i]);
    const auto check_near = [&](const Tensor& d, std::size_t k) {
      const double value = d.detach().to_vector<double>()[i];
      const bool crosses = k == 2 || (k == 1 && c.meets);
      const long double size = std::fabs(exact[k]) + (crosses ? std::fabs(exact[k - 1]) : 0);
      const double units = k == 0 ? 4 : 16;
      CAPTURE(k + 1, value, static_cast<double>(exact[k]));
      CHECK(std::fabs(value - exact[k]) <= units * unit * size + 8 * smallest);
    };
    check_near(got.unrecorded, 0);
    for (std::size_t k = 0; k < 3; ++k) check_near(got.order[k], k);
  }
}

}  // namespace

TEST_CASE("saturated functions have derivatives with all their digits", "[ops][saturation]") {
  for (const Case& c : cases) {
    for (const DType dtype : {float32, float64}) {
      DYNAMIC_SECTION(c.name << (dtype == float32 ? ", float32" : ", float64")) {
        check_orders(c, dtype);
      }
    }
  }
}

TEST_CASE("slopes of sigmoid and tanh are right to four units in the last place everywhere",
          "[ops][saturation]") {
  struct Slope {
    const char* name;
    Tensor (*f)(const Tensor&);
    Orders (*exact)(long double);
  };
  for (const Slope& s : {Slope{"sigmoid", sigmoid, logistic}, Slope{"tanh", tanh, of_tanh}}) {
    for (const DType dtype : {float32, float64}) {
      CAPTURE(s.name, dtype == float32 ? "float32" : "float64");
      std::vector<double> points;
      for (double v = 1e-3; v < (dtype == float32 ? 40 : 340); v *= 1.0002) {
        points.insert(points.end(), {v, -v});
      }
      const Tensor x = Tensor::from_vector(std::move(points)).to(dtype).requires_grad_();
      const std::vector<double> slope = grad({sum(s.f(x))}, {x})[0].to_vector<double>();
      const std::vector<double> at = x.detach().to_vector<double>();
      const int digits = dtype == float32 ? 24 : 53;
      long double worst = 0;
      for (std::size_t i = 0; i < at.size(); ++i) {
        const long double exact = s.exact(at[i])[0];
        const long double unit = std::ldexp(1.0L, std::ilogb(exact) + 1 - digits);
        worst = std::max(worst, std::fabs(slope[i] - exact) / unit);
      }
      CHECK(static_cast<double>(worst) <= 4);
    }
  }
}

TEST_CASE("the gradient of log_softmax has its digits where probabilities are small",
          "[ops][saturation][softmax]") {
  for (const DType dtype : {float32, float64}) {
    Generator generator(7);
    const double spread = dtype == float32 ? 80 : 600;
    const Tensor x =
        (rand({64}, {.dtype = float64}, generator) * spread).to(dtype).requires_grad_();
    const std::vector<double> at = x.detach().to_vector<double>();
    const std::int64_t label = argmin(x.detach()).item<std::int64_t>();
    const auto derivative = [&](bool recorded) {
      return grad({log_softmax(x, 0)[label]}, {x}, {.create_graph = recorded})[0];
    };
    long double total = 0;
    const double most = *std::max_element(at.begin(), at.end());
    for (const double v : at) total += std::exp(static_cast<long double>(v) - most);
    for (const bool recorded : {false, true}) {
      const std::vector<double> got = derivative(recorded).detach().to_vector<double>();
      for (std::size_t i = 0; i < at.size(); ++i) {
        const long double p = std::exp(static_cast<long double>(at[i]) - most) / total;
        const long double exact = (static_cast<std::int64_t>(i) == label ? 1 : 0) - p;
        CAPTURE(recorded, at[i], got[i], static_cast<double>(exact));
        const long double unit = dtype == float32 ? 0x1p-23L : 0x1p-52L;
        CHECK(std::fabs(got[i] - exact) <= 4 * unit * std::fabs(exact));
      }
    }
  }
}

TEST_CASE("the derivatives of saturating functions have derivatives", "[ops][saturation][table]") {
  const auto row = [](std::string_view name, Tensor (*f)(const Tensor&)) {
    const auto slope = [f](const test::Tensors& x) {
      const EnableGrad guard;  // under the NoGrad of numeric derivatives too
      return grad({sum(f(x[0]))}, {x[0]}, {.create_graph = true})[0];
    };
    return test::OpRow{.name = name,
                       .f = slope,
                       .inputs = {{{2, 3}}},
                       .empty_inputs = {{0, 3}},
                       .empty_result = {0, 3}};
  };
  const std::vector<test::OpRow> rows{row("sigmoid_slope", sigmoid), row("tanh_slope", tanh)};
  test::check_rows(rows);
}
