// Derivatives of tensor functions against numeric ones: what gradcheck accepts, what it finds, and
// how it says so. The engine has its own tests in tests/gradtest.
#include "tapegrad/gradcheck.hpp"

#include <cmath>

#include "autograd/leaf.hpp"
#include "support/sanitized.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/memory.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using gradtest::Report;
using gradtest::Verdict;
using test::contains;
using test::error_of;
using test::leaf;
using test::tensor_of;
using test::Values;
using test::values;

namespace {

using Tensors = std::vector<Tensor>;

/// x0 * x1 whose second factor is hidden from the tape at element `index` of x1.
Tensor forgets_a_factor(const Tensors& x, std::int64_t index) {
  Tensor visible = ones(x[1].shape(), {.dtype = float64});
  {
    const NoGrad off;
    visible[index].zero_();
  }
  return x[0] * (x[1] * visible + x[1].detach() * (1 - visible));
}

/// The value of f with the derivative of g.
Tensor value_and_slope(const Tensor& f, const Tensor& g) { return g + (f - g).detach(); }

}  // namespace

TEST_CASE("gradcheck accepts right derivatives at all orders", "[autograd][gradcheck]") {
  const auto f = [](const Tensors& x) { return exp(x[0]) * square(x[1]) + x[0] / x[1]; };
  const Tensors inputs{leaf({0.5, -1, 2}, {3, 1}), leaf({1.5, 2.5})};
  for (const int order : {1, 2, 3}) {
    const Report report = gradcheck(f, inputs, {.order = order});
    INFO(report.text());
    CHECK(report);
    CHECK(report.verdict == Verdict::ok);
    CHECK(report.kinks == 0);
  }
}

TEST_CASE("gradcheck names the wrong cells", "[autograd][gradcheck]") {
  const Tensors inputs{leaf({3, 5, 7}), leaf({2, 4, 8})};
  const auto f = [](const Tensors& x) { return forgets_a_factor(x, 1); };
  const Report report = gradcheck(f, inputs);
  INFO(report.text());
  CHECK(report.verdict == Verdict::wrong);
  REQUIRE(report.worst.size() == 1);
  // d (x0[1] x1[1]) / d x1[1] is x0[1] = 5; the tape says 0.
  CHECK(report.worst[0].input == 4);
  CHECK(report.worst[0].output == 1);
  CHECK(report.worst[0].given == 0);
  CHECK(report.worst[0].numeric.value == Approx(5).epsilon(1e-12));
  CHECK(contains(report.text(), "1 of 18 cells wrong"));
  CHECK(contains(report.text(), "d f[1] / d x1[1] = 0, numerically "));
}

TEST_CASE("cells have indices in the tensor's own shape, and the caller's names",
          "[autograd][gradcheck]") {
  const auto f = [](const Tensors& x) {
    return sum(x[0] * value_and_slope(x[1], x[1] * tensor_of({1, 1, 1, 1, 1, 2}, {2, 3})), 0);
  };
  const Tensors inputs{tensor_of({1, 2, 3, 4, 5, 6}, {2, 3}), leaf({1, 2, 3, 4, 5, 6}, {2, 3})};
  const Report report = gradcheck(f, inputs, {.names = {"data", "weight"}});
  INFO(report.text());
  CHECK(contains(report.text(), "d f[2] / d weight[1, 2] = 12, numerically 6"));
  const Report one = gradcheck([](const Tensors& x) { return x[0] * x[0].detach(); },
                               {full({}, 3.0, {.dtype = float64, .requires_grad = true})});
  CHECK(contains(one.text(), "d f / d x = 3, numerically 6"));
}

TEST_CASE("gradcheck shows the worst of several wrong cells first", "[autograd][gradcheck]") {
  // The tape's derivatives are 1 + error, the function's are 1.
  const Tensor error = tensor_of({0, 0.01, 0.3, 0});
  const auto f = [&](const Tensors& x) { return x[0] + (x[0] - x[0].detach()) * error; };
  const Report report = gradcheck(f, {leaf({1, 2, 3, 4})});
  REQUIRE(report.worst.size() == 2);
  CHECK(report.wrong == 2);
  CHECK(report.worst[0].input == 2);
  CHECK(report.worst[0].given == Approx(1.3));
  CHECK(report.worst[0].numeric.value == Approx(1));
}

TEST_CASE("gradcheck tells the twelfth digit where the caller asks for it",
          "[autograd][gradcheck]") {
  const auto f = [](const Tensors& x) { return 3 * x[0] + 3e-11 * (x[0] - x[0].detach()); };
  CHECK(gradcheck(f, {leaf({1})}));
  const Report report = gradcheck(f, {leaf({1})}, {.tolerance = 1e-12});
  CHECK_FALSE(report);
  INFO(report.text());
  CHECK(contains(report.text(), "= 3.00000000003, numerically 3 "));
}

TEST_CASE("an input that no gradient reaches is told", "[autograd][gradcheck]") {
  const auto f = [](const Tensors& x) { return x[0].detach() * 3 + x[1]; };
  const Report report = gradcheck(f, {leaf({1, 2}), leaf({5, 7})});
  INFO(report.text());
  CHECK(report.wrong == 2);
  CHECK(contains(report.diagnosis, "no gradient reaches x0"));
}

TEST_CASE("a wrong second derivative is found at order 2 only", "[autograd][gradcheck]") {
  // x^3, whose first derivative 3 fixed^2 is right and constant for the tape.
  const auto cube = [](const Tensors& x) {
    const Tensor fixed = x[0].detach();
    return 3 * fixed * fixed * (x[0] - fixed) + fixed * fixed * fixed;
  };
  const Tensors inputs{leaf({1, 2})};
  CHECK(gradcheck(cube, inputs));
  const Report second = gradcheck(cube, inputs, {.order = 2});
  INFO(second.text());
  CHECK(second.verdict == Verdict::wrong);
  CHECK(contains(second.text(), "right at order 1, wrong at order 2"));
  CHECK(contains(second.text(), "d dx[0] / d x[0] = 0, numerically "));
}

TEST_CASE("a wrong third derivative is found at order 3 only", "[autograd][gradcheck]") {
  // x^3 about x: value, slope and curvature are right, the tape's third derivative is 0.
  const auto cube = [](const Tensors& x) {
    const Tensor at = x[0].detach();
    const Tensor d = x[0] - at;
    return at * at * at + 3 * at * at * d + 3 * at * d * d;
  };
  const Tensors inputs{leaf({1, 2})};
  CHECK(gradcheck(cube, inputs, {.order = 2}));
  const Report third = gradcheck(cube, inputs, {.order = 3});
  INFO(third.text());
  CHECK(third.verdict == Verdict::wrong);
  CHECK(contains(third.text(), "right at order 2, wrong at order 3"));
}

TEST_CASE("a derivative that is NaN is never accepted", "[autograd][gradcheck]") {
  const auto outside = [](const Tensors& x) { return sqrt(x[0] - 1); };
  CHECK_FALSE(gradcheck(outside, {leaf({0.5})}));
  const Tensor x = leaf({0.5});
  x.register_hook([](const Tensor& g) { return g * std::nan(""); });
  CHECK(gradcheck([](const Tensors& in) { return in[0] * 2; }, {x}).verdict == Verdict::wrong);
}

TEST_CASE("kinks are accepted between the slopes of both sides", "[autograd][gradcheck]") {
  const auto f = [](const Tensors& x) { return relu(x[0]); };
  const Report report = gradcheck(f, {leaf({-1, 0, 2})});
  INFO(report.text());
  CHECK(report);
  CHECK(report.kinks == 1);
  const auto outside = [](const Tensors& x) { return value_and_slope(relu(x[0]), 1.5 * x[0]); };
  const Report wrong = gradcheck(outside, {leaf({0})});
  INFO(wrong.text());
  CHECK(contains(wrong.text(), "kink: slopes 0 | 1"));
}

TEST_CASE("a function that draws new numbers is told", "[autograd][gradcheck]") {
  int calls = 0;
  const auto f = [&](const Tensors& x) { return x[0] * static_cast<double>(++calls); };
  const Report report = gradcheck(f, {leaf({1, 2})});
  CHECK(report.verdict == Verdict::inconclusive);
  CHECK(contains(report.text(), "at the same x"));
}

TEST_CASE("gradcheck varies only inputs that require grad, in any layout",
          "[autograd][gradcheck]") {
  const Tensor constant = tensor_of({1, 2, 3, 4}, {2, 2});
  for (const auto arrangement : {test::Arrangement::transposed, test::Arrangement::sliced}) {
    const Tensor strided = test::laid(constant, arrangement).requires_grad_();
    const auto f = [&](const Tensors& x) {
      CHECK(x[1].strides() == strided.strides());
      return x[0] * x[1] * x[1];
    };
    const Report report = gradcheck(f, {constant, strided}, {.points = 0});
    INFO(report.text());
    CHECK(report);
    CHECK(report.cells == 16);
    CHECK(values(strided) == values(constant));
  }
}

TEST_CASE("gradcheck of float32 has the tolerance that float32 allows", "[autograd][gradcheck]") {
  const Tensors inputs{leaf({0.3, -1.7, 2.5}).detach().to(float32).requires_grad_()};
  const auto f = [](const Tensors& x) { return exp(x[0]) / (1 + square(x[0])); };
  for (const int order : {1, 2}) {
    const Report report = gradcheck(f, inputs, {.order = order});
    INFO(report.text());
    CHECK(report);
  }
  const auto one_percent_off = [&](const Tensors& x) { return value_and_slope(f(x), 1.01 * f(x)); };
  const Report report = gradcheck(one_percent_off, inputs);
  INFO(report.text());
  CHECK(report.wrong == 3);
  CHECK(inputs[0].dtype() == float32);
  CHECK(values(inputs[0]) == values(tensor_of({0.3, -1.7, 2.5}).to(float32)));
}

TEST_CASE("many elements are checked along directions", "[autograd][gradcheck]") {
  std::vector<double> start(2000);
  for (std::size_t i = 0; i < start.size(); ++i) start[i] = std::sin(static_cast<double>(i));
  const Tensor x = leaf(std::move(start), {40, 50});
  const auto f = [](const Tensors& in) { return sum(exp(in[0]) * in[0], 1); };
  const Report report = gradcheck(f, {x}, {.order = test::fewer(2, 1)});
  INFO(report.text());
  CHECK(report);
  CHECK(report.evaluations < 2000);
  const auto wrong = [&](const Tensors& in) { return f(in) + (in[0] - in[0].detach())[{3, 7}]; };
  CHECK(gradcheck(wrong, {x}).verdict == Verdict::wrong);
}

TEST_CASE("the tolerance is the caller's", "[autograd][gradcheck]") {
  // The tape's derivative is off by 0.1 percent.
  const auto f = [](const Tensors& x) { return x[0] + (x[0] - x[0].detach()) * 1e-3; };
  const Tensors inputs{leaf({1})};
  CHECK(gradcheck(f, inputs, {.tolerance = 2e-3}));
  CHECK_FALSE(gradcheck(f, inputs, {.tolerance = 5e-4}));
}

TEST_CASE("a derivative of 1e-8 that is twice too large is wrong", "[autograd][gradcheck]") {
  const auto f = [](const Tensors& x) {
    return value_and_slope(1e-8 * exp(x[0]), 2e-8 * exp(x[0]));
  };
  CHECK(gradcheck(f, {leaf({0.5, -1})}).verdict == Verdict::wrong);
}

TEST_CASE("numeric_grad differentiates without the tape", "[autograd][gradcheck]") {
  const auto f = [](const Tensor& x) { return exp(x) * x; };
  const Tensor x = tensor_of({0.5, -1, 2, 0.1}, {2, 2});
  const Tensor g = numeric_grad(f, x);
  REQUIRE(g.shape() == x.shape());
  const Values at = values(x);
  const Values slopes = values(g);
  // (1 + x) exp(x) is 0 at -1, where what is left of the sum's other terms counts.
  for (std::size_t i = 0; i < at.size(); ++i) {
    CHECK(slopes[i] == Approx((1 + at[i]) * std::exp(at[i])).epsilon(1e-11).margin(1e-12));
  }
  const Tensor single = numeric_grad(f, x.to(float32));
  CHECK(single.dtype() == float32);
  CHECK(values(single)[0] == Approx(slopes[0]));
}
