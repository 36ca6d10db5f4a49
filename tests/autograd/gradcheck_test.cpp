// Numeric derivatives: what gradcheck accepts, what it finds, and how it says so.
#include <cmath>

#include "autograd/leaf.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/binary.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;
using test::leaf;
using test::tensor_of;
using test::value;
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

}  // namespace

TEST_CASE("gradcheck accepts right derivatives at both orders", "[autograd][gradcheck]") {
  const auto f = [](const Tensors& x) { return exp(x[0]) * square(x[1]) + x[0] / x[1]; };
  const Tensors inputs{leaf({0.5, -1, 2}, {3, 1}), leaf({1.5, 2.5})};
  for (const int order : {1, 2}) {
    const GradcheckResult result = gradcheck(f, inputs, {.order = order});
    INFO(result.message);
    CHECK(result.ok);
    CHECK(static_cast<bool>(result));
    REQUIRE(result.worst);
    CHECK(result.worst->analytic == Approx(result.worst->numeric).margin(1e-5));
  }
}

TEST_CASE("gradcheck names the cell of a wrong derivative", "[autograd][gradcheck]") {
  const Tensors inputs{leaf({3, 5, 7}), leaf({2, 4, 8})};
  const auto f = [](const Tensors& x) { return forgets_a_factor(x, 1); };
  const GradcheckResult result = gradcheck(f, inputs);
  CHECK_FALSE(result.ok);
  REQUIRE(result.worst);
  // d (x0[1] x1[1]) / d x1[1] is x0[1] = 5; the tape says 0.
  CHECK(result.worst->input == 1);
  CHECK(result.worst->input_index == 1);
  CHECK(result.worst->output_index == 1);
  CHECK(result.worst->analytic == 0);
  CHECK(result.worst->numeric == Approx(5));
  CHECK(contains(result.message, "d output[1] / d input 1[1] is 0, numerically 5"));
  CHECK(contains(result.message, "gradcheck: 1 of 18 cells disagree"));
}

TEST_CASE("gradcheck reports the worst of several wrong cells", "[autograd][gradcheck]") {
  // The tape's derivatives are 1 + error, the function's are 1.
  const Tensor error = tensor_of({0, 0.01, 0.3, 0});
  const auto f = [&](const Tensors& x) { return x[0] + (x[0] - x[0].detach()) * error; };
  const GradcheckResult result = gradcheck(f, {leaf({1, 2, 3, 4})});
  CHECK_FALSE(result.ok);
  CHECK(result.worst->input_index == 2);
  CHECK(result.worst->analytic == Approx(1.3));
  CHECK(result.worst->numeric == Approx(1));
  CHECK(contains(result.message, "gradcheck: 2 of 16 cells disagree"));
}

TEST_CASE("gradcheck prints a difference in the twelfth digit, and what was allowed",
          "[autograd][gradcheck]") {
  // In float64 3 and 3 + 3e-12 are far apart; both print as 3 with eleven digits.
  const auto f = [](const Tensors& x) { return 3 * x[0] + 3e-12 * (x[0] - x[0].detach()); };
  const GradcheckResult result = gradcheck(f, {leaf({0})}, {.atol = 1e-13, .rtol = 0});
  CHECK_FALSE(result.ok);
  INFO(result.message);
  CHECK(contains(result.message, "is 3.00000000000299"));
  CHECK(contains(result.message, "an error of 3e-12, where 1e-13 is allowed"));
}

TEST_CASE("gradcheck takes a function that is cut off from the tape as zero",
          "[autograd][gradcheck]") {
  const auto f = [](const Tensors& x) { return x[0].detach() * 3; };
  const GradcheckResult result = gradcheck(f, {leaf({1, 2})});
  CHECK_FALSE(result.ok);
  CHECK(result.worst->analytic == 0);
  CHECK(result.worst->numeric == Approx(3));
}

TEST_CASE("a wrong second derivative is found at order 2 only", "[autograd][gradcheck]") {
  // x^3, whose first derivative 3 fixed^2 is right and constant for the tape.
  const auto cube = [](const Tensors& x) {
    const Tensor fixed = x[0].detach();
    return 3 * fixed * fixed * (x[0] - fixed) + fixed * fixed * fixed;
  };
  const Tensors inputs{leaf({1, 2})};
  CHECK(gradcheck(cube, inputs).ok);
  const GradcheckResult second = gradcheck(cube, inputs, {.order = 2});
  CHECK_FALSE(second.ok);
  CHECK(contains(second.message, "derivative of the gradient of input 0"));
  CHECK(second.worst->input == 0);
  CHECK(second.worst->analytic == 0);
}

TEST_CASE("order 2 reports the worst cell of all inputs", "[autograd][gradcheck]") {
  // Squares whose second derivatives are off by 1 and by 100.
  const auto off_by = [](const Tensor& x, double error) {
    const Tensor fixed = x.detach();
    return x * x + error * square(x - fixed) / 2;
  };
  const auto f = [&](const Tensors& x) { return off_by(x[0], 1) + off_by(x[1], 100); };
  const GradcheckResult result = gradcheck(f, {leaf({1, 2}), leaf({1, 2})}, {.order = 2});
  CHECK_FALSE(result.ok);
  CHECK(contains(result.message, "gradient of input 1"));
  CHECK(result.worst->analytic == Approx(51 * result.worst->numeric));  // 102 for 2
}

TEST_CASE("a derivative that is NaN is never accepted", "[autograd][gradcheck]") {
  const auto f = [](const Tensors& x) { return sqrt(x[0] - 1); };
  const GradcheckResult result = gradcheck(f, {leaf({0.5})});
  CHECK_FALSE(result.ok);
}

TEST_CASE("gradcheck varies only inputs that require grad, in any layout",
          "[autograd][gradcheck]") {
  const Tensor constant = tensor_of({1, 2, 3, 4}, {2, 2});
  const Tensor strided = test::laid(constant, test::Arrangement::transposed).requires_grad_();
  const auto f = [](const Tensors& x) { return x[0] * x[1] * x[1]; };
  const GradcheckResult result = gradcheck(f, {constant, strided});
  INFO(result.message);
  CHECK(result.ok);
  CHECK(contains(result.message, "gradcheck: 0 of 16 cells disagree"));
}

TEST_CASE("gradcheck leaves inputs and recording as they were", "[autograd][gradcheck]") {
  const Tensor x = leaf({1, 2});
  const auto f = [](const Tensors& in) { return in[0] * in[0]; };
  const NoGrad off;
  for (const int order : {1, 2}) CHECK(gradcheck(f, {x}, {.order = order}).ok);
  CHECK(values(x) == Values{1, 2});
  CHECK_FALSE(x.grad().defined());
  CHECK_FALSE(grad_enabled());
}

TEST_CASE("gradcheck restores its inputs when the function throws", "[autograd][gradcheck]") {
  const Tensor x = leaf({1, 2});
  int calls = 0;
  const auto f = [&](const Tensors& in) {
    if (++calls == 3) throw Error("third call");
    return in[0] * 2;
  };
  CHECK_THROWS_WITH(gradcheck(f, {x}), "third call");
  CHECK(values(x) == Values{1, 2});
}

TEST_CASE("gradcheck says what it can't check", "[autograd][gradcheck]") {
  const auto same = [](const Tensors& x) { return x[0] * 1; };
  const Tensor single = ones({2}, {.dtype = float32, .requires_grad = true});
  const std::string dtype = error_of<DTypeError>([&] { gradcheck(same, {single}); });
  CHECK(contains(dtype, "input 0"));
  CHECK(contains(dtype, "float64"));
  CHECK(contains(error_of<AutogradError>([&] { gradcheck(same, {tensor_of({1})}); }),
                 "requires_grad_()"));
  CHECK(contains(error_of<AutogradError>([&] { gradcheck(same, {leaf({1}) * 2}); }), "leaf"));
  CHECK_THROWS_AS(gradcheck(same, {leaf({1})}, {.order = 3}), Error);
  const auto rounds = [](const Tensors& x) { return x[0].to(float32); };
  CHECK(contains(error_of<DTypeError>([&] { gradcheck(rounds, {leaf({1})}); }), "float32"));
}

TEST_CASE("an empty function has no cell", "[autograd][gradcheck]") {
  const GradcheckResult result =
      gradcheck([](const Tensors& x) { return x[0] * 2; }, {leaf({}, {0, 3})});
  CHECK(result.ok);
  CHECK_FALSE(result.worst);
  CHECK(contains(result.message, "no cell"));
}

TEST_CASE("tolerance and step are the caller's", "[autograd][gradcheck]") {
  // The tape's derivative is off by 0.1 percent.
  const auto f = [](const Tensors& x) { return x[0] + (x[0] - x[0].detach()) * 1e-3; };
  const Tensors inputs{leaf({1})};
  CHECK(gradcheck(f, inputs, {.rtol = 2e-3}).ok);
  CHECK_FALSE(gradcheck(f, inputs, {.atol = 0, .rtol = 5e-4}).ok);
  // A cubic's central difference with step h is off by h^2.
  const auto cube = [](const Tensors& x) { return x[0] * x[0] * x[0]; };
  const GradcheckResult coarse = gradcheck(cube, inputs, {.eps = 0.1});
  CHECK(coarse.worst->numeric - coarse.worst->analytic == Approx(0.01));
}

TEST_CASE("numeric_grad differentiates without the tape", "[autograd][gradcheck]") {
  const auto f = [](const Tensor& x) { return exp(x) * x; };
  const Tensor x = tensor_of({0.5, -1, 2, 0.1}, {2, 2});
  const Tensor g = numeric_grad(f, x);
  REQUIRE(g.shape() == x.shape());
  const Values at = values(x);
  const Values slopes = values(g);
  // Central differences in float64 with step 1e-6 are good to about 1e-9.
  for (std::size_t i = 0; i < at.size(); ++i) {
    CHECK(slopes[i] == Approx((1 + at[i]) * std::exp(at[i])).epsilon(1e-8));
  }
  const Tensor single = numeric_grad(f, x.to(float32));
  CHECK(single.dtype() == float32);
  CHECK(values(single)[0] == Approx(slopes[0]));
}
