// Derivatives choose, they don't multiply by 0: what lies behind an element that wasn't chosen may
// have an infinite derivative, or none. And what becomes of NaN.
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

using Numbers = std::vector<double>;
using Function = std::function<Tensor(const Tensor&)>;

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

Tensor vector(Numbers values) { return Tensor::from_vector(std::move(values)); }

Tensor gradient(const Function& f, Numbers at) {
  Tensor x = vector(std::move(at)).requires_grad_();
  sum(f(x)).backward();
  return x.grad();
}

/// The derivative of the sum of the gradient; zeros where that is constant.
Tensor second_derivative(const Function& f, Numbers at) {
  Tensor x = vector(std::move(at)).requires_grad_();
  const Tensor g = grad({sum(f(x))}, {x}, {.create_graph = true})[0];
  return g.requires_grad() ? grad({sum(g)}, {x})[0] : zeros_like(x);
}

/// NaN counts as equal to NaN.
std::string differs(const Tensor& a, Numbers b) {
  return test::difference(a, vector(std::move(b)), 1e-12, 0);
}

}  // namespace

TEST_CASE("an infinite gradient ends at an element that wasn't chosen", "[ops][choice]") {
  // The outer square root has an infinite derivative at 0, where each inner function is constant
  // at -1. At 4 everything is smooth: 2 sqrt(x) / sqrt(x).
  struct Case {
    const char* name;
    Function f;
    double at_4;
  };
  const Case cases[] = {
      {"relu", [](const Tensor& x) { return relu(x); }, 1},
      {"clamp", [](const Tensor& x) { return clamp(x, 0, 9); }, 1},
      {"clamp_min", [](const Tensor& x) { return clamp_min(x, 0); }, 1},
      {"clamp_max", [](const Tensor& x) { return -clamp_max(-x, 0); }, 1},
      {"maximum", [](const Tensor& x) { return maximum(x, zeros_like(x)); }, 1},
      {"minimum", [](const Tensor& x) { return -minimum(zeros_like(x), -x); }, 1},
      {"where", [](const Tensor& x) { return where(x > 0, x, 0); }, 1},
      {"sign", [](const Tensor& x) { return 0.5 * (sign(x) + 1); }, 0},
      {"pow", [](const Tensor& x) { return pow(x, 0) - 1 + relu(x); }, 1},
      {"max",
       [](const Tensor& x) {
         return max(stack({x, zeros_like(x)}), 0).values;
       },
       1},
      {"amax",
       [](const Tensor& x) {
         return amax(stack({x, zeros_like(x)}), 0);
       },
       1},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const Function f = [&](const Tensor& x) { return sqrt(c.f(x)); };
      // d sqrt(x) / dx = 1/4 at 4, d2 = -1/4 x^(-3/2) = -1/32.
      CHECK(differs(gradient(f, {-1, 4}), {0, 0.25 * c.at_4}) == "");
      CHECK(differs(second_derivative(f, {-1, 4}), {0, -c.at_4 / 32}) == "");
    }
  }
}

TEST_CASE("an infinite gradient ends where the documented derivative is 0", "[ops][choice]") {
  CHECK(differs(gradient([](const Tensor& x) { return sqrt(abs(x)); }, {0, -4}), {0, -0.25}) == "");
  const Function l1 = [](const Tensor& x) {
    return sqrt(nn::l1_loss(x, ones_like(x), {.reduction = Reduction::none}));
  };
  CHECK(differs(gradient(l1, {1, 5}), {0, 0.25}) == "");
}

TEST_CASE("log of a clamped number has no derivative outside the limits", "[ops][choice]") {
  const Function f = [](const Tensor& x) { return log(clamp(x, 0, 1)); };
  CHECK(differs(gradient(f, {-1, 0.5, 3}), {0, 2, 0}) == "");
  CHECK(differs(second_derivative(f, {-1, 0.5, 3}), {0, -4, 0}) == "");
}

TEST_CASE("NaN passes through choices, and the gradient with it", "[ops][choice][nan]") {
  const double nan = not_a_number;
  struct Case {
    const char* name;
    Function f;
    double gradient;
  };
  const Case cases[] = {
      {"relu", [](const Tensor& x) { return relu(x); }, 1},
      {"clamp", [](const Tensor& x) { return clamp(x, -1, 1); }, 1},
      {"clamp_min", [](const Tensor& x) { return clamp_min(x, 0); }, 1},
      {"clamp_max", [](const Tensor& x) { return clamp_max(x, 0); }, 1},
      {"max", [](const Tensor& x) { return max(x); }, 1},
      {"min", [](const Tensor& x) { return min(x, 0).values; }, 1},
      {"amax", [](const Tensor& x) { return amax(x, 0); }, 1},
      {"abs", [](const Tensor& x) { return abs(x); }, nan},
      {"sign", [](const Tensor& x) { return sign(x); }, 0},
      {"l1_loss", [](const Tensor& x) { return nn::l1_loss(x, ones_like(x)); }, nan},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      CHECK(std::isnan(c.f(vector({nan})).sum().item<double>()));
      CHECK(differs(gradient(c.f, {nan}), {c.gradient}) == "");
    }
  }
}

TEST_CASE("the larger and the smaller of two count NaN as chosen", "[ops][choice][nan]") {
  const double nan = not_a_number;
  using Function = Tensor (*)(const Tensor&, const Tensor&);
  for (const Function f : {Function(maximum), Function(minimum)}) {
    Tensor a = vector({nan, 1, nan}).requires_grad_();
    Tensor b = vector({1, nan, nan}).requires_grad_();
    const Tensor y = f(a, b);
    CHECK(differs(y.detach(), {nan, nan, nan}) == "");
    y.backward(ones_like(y));
    CHECK(differs(a.grad(), {1, 0, 0.5}) == "");
    CHECK(differs(b.grad(), {0, 1, 0.5}) == "");
  }
}

TEST_CASE("a weight of 0 masks a loss that is infinite", "[ops][choice][loss]") {
  const Tensor weight = vector({0, 1});
  Tensor x = vector({-infinite, 0}).requires_grad_();
  const Tensor loss = nn::binary_cross_entropy_with_logits(
      x, ones({2}), {.weight = weight, .reduction = Reduction::sum});
  CHECK(loss.item<double>() == Approx(std::log(2.0)));
  loss.backward();
  CHECK(differs(x.grad(), {0, -0.5}) == "");
}

TEST_CASE("choice has its derivatives", "[ops][table]") {
  const Tensor condition = test::spread({2, 3}, -1, 1) > 0;
  test::check_rows({
      {.name = "where",
       .f = [condition](const test::Tensors& x) { return where(condition, x[0], x[1]); },
       .inputs = {{{2, 3}}, {{3}}},
       .never_empty = "the condition of this row has elements",
       .refuses = {{"float32, not bool", [] { where(ones({2}), ones({2}), ones({2})); }}}},
      {.name = "where",
       .f =
           [](const test::Tensors& x) {
             return where(zeros({0, 3}) > 0, x[0], x[1]);
           },
       .inputs = {{{1, 3}}, {{3}}},
       .empty_inputs = {{0, 3}, {1}},
       .empty_result = {0, 3}},
  });
}

TEST_CASE("a choice between two numbers has the type of full()", "[ops][choice]") {
  const Tensor c = tensor({true, false});
  CHECK(where(c, 1, 0).dtype() == int64);
  CHECK(where(c, 1, 0).to_vector<std::int64_t>() == std::vector<std::int64_t>{1, 0});
  CHECK(where(c, 1, 0.5).dtype() == float32);
  CHECK(where(c, 1, 0.5).to_vector<float>() == std::vector<float>{1, 0.5f});
  CHECK(where(c, 2.5, true).to_vector<float>() == std::vector<float>{2.5f, 1});
  CHECK(where(c, false, true).dtype() == boolean);
  CHECK_THROWS_AS(where(tensor({1}), 1, 0), DTypeError);
}
