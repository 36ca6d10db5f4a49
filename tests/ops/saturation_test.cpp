// Derivatives of functions that saturate, orders 1 to 3, where the function itself has come so near
// to its limit that its type can't tell them apart: against closed forms in long double.
#include <array>
#include <cmath>
#include <vector>

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/binary.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/join.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/softmax.hpp"

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

/// What rounding leaves of the digits, in units in the last place.
struct Error {
  /// Of the first derivative.
  double first = 4;
  /// For each unit of x: the derivative is a power of e that was read from a rounded logarithm.
  double by_size = 0;
  /// Whether two gradients meet in the second derivative, so that it is as exact as the first where
  /// it passes through 0.
  bool meets = false;
};

struct Case {
  const char* name;
  Tensor (*f)(const Tensor&);
  Orders (*exact)(long double);
  Error error = {};
};

// The result of a function that isn't saturated yet has lost up to four bits.
constexpr Error from_result{.first = 16};
constexpr Error from_logarithm{.by_size = 0.5};
constexpr Error from_pair{.meets = true};

/// softmax and log_softmax of {x, 0}: the first is a sigmoid.
Tensor pair(const Tensor& x) { return stack({x, zeros_like(x)}); }

const Case cases[] = {
    {"sigmoid", sigmoid, logistic, from_result},
    {"tanh", tanh, of_tanh, from_result},
    {"softplus", softplus, of_softplus},
    {"logsumexp", [](const Tensor& x) { return logsumexp(pair(x), 0); }, of_softplus},
    {"softmax, first", [](const Tensor& x) { return softmax(pair(x), 0)[0]; }, logistic, from_pair},
    {"softmax, second", [](const Tensor& x) { return softmax(pair(x), 0)[1]; },
     [](long double x) { return negative(logistic(x)); }, from_pair},
    {"log_softmax, first", [](const Tensor& x) { return log_softmax(pair(x), 0)[0]; },
     [](long double x) { return negative(mirrored(of_softplus(-x))); }, from_logarithm},
    {"log_softmax, second", [](const Tensor& x) { return log_softmax(pair(x), 0)[1]; },
     [](long double x) { return negative(of_softplus(x)); }, from_logarithm},
    {"cross_entropy",
     [](const Tensor& x) {
       return nn::cross_entropy(pair(x).t(), ones({x.numel()}, {.dtype = int64}),
                                {.reduction = Reduction::none});
     },
     of_softplus, from_logarithm},
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
      const bool crosses = k == 2 || (k == 1 && c.error.meets);
      const long double size = std::fabs(exact[k]) + (crosses ? std::fabs(exact[k - 1]) : 0);
      const double units = (k == 0 ? c.error.first : 16) + c.error.by_size * std::fabs(at[i]);
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
