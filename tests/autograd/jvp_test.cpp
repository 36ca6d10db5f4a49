// Forward mode by two reverse passes, against closed forms; and reverse against forward mode in
// gradcheck.
#include "tapegrad/functional.hpp"

#include <cmath>

#include "autograd/leaf.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/custom.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;
using test::leaf;
using test::tensor_of;
using test::values;

using Tensors = std::vector<Tensor>;

TEST_CASE("jvp is the derivative along a direction", "[autograd][jvp]") {
  const Tensor a = tensor_of({1, 2, 3, 4}, {2, 2});
  const Tensor b = tensor_of({0.5, -1, 2, 0.25}, {2, 2});
  const Tensor u = tensor_of({1, 0, -2, 1}, {2, 2});
  const Tensor w = tensor_of({0, 3, 1, -1}, {2, 2});
  // d(ab) = da b + a db
  const Tensor found =
      jvp([](const Tensors& x) { return matmul(x[0], x[1]); }, {a, b}, {u, w}).second;
  CHECK(values(found) == values(matmul(u, b) + matmul(a, w)));
  CHECK(!found.requires_grad());
  const Tensor x = tensor_of({0.3, -1.2});
  const Tensor v = tensor_of({2, 5});
  const std::vector<double> slopes =
      values(jvp([](const Tensor& t) { return exp(t) * t; }, x, v).second);
  for (std::size_t i = 0; i < 2; ++i) {
    const double at = values(x)[i];
    CHECK(std::fabs(slopes[i] - values(v)[i] * std::exp(at) * (1 + at)) <= 1e-15 * std::exp(1.0));
  }
}

TEST_CASE("jvp is 0 where nothing depends on an input", "[autograd][jvp]") {
  const Tensor x = tensor_of({1, 2});
  const Tensor constant = tensor_of({5, 6, 7});
  CHECK(values(jvp([&](const Tensors&) { return constant; }, {x}, {x}).second) ==
        std::vector<double>{0, 0, 0});
  CHECK(values(jvp([&](const Tensors& t) { return t[0].detach() * 2; }, {x}, {x}).second) ==
        std::vector<double>{0, 0});
  // A second input that is unused, and a function that is linear: its reverse is constant in x.
  CHECK(values(jvp([&](const Tensors& t) { return sum(3 * t[0]); }, {x, constant}, {x, constant})
                   .second) == std::vector<double>{9});
  CHECK(jvp([](const Tensors& t) { return t[0] * 2; }, {zeros({0, 3})}, {zeros({0, 3})})
            .second.shape() == Shape{0, 3});
}

TEST_CASE("jvp leaves inputs and guards alone", "[autograd][jvp]") {
  const Tensor x = leaf({1, 2});
  const NoGrad guard;
  CHECK(values(jvp([](const Tensors& t) { return square(t[0]); }, {x}, {x}).second) ==
        std::vector<double>{2, 8});
  CHECK(!grad_enabled());
  CHECK(!x.grad().defined());
  CHECK(x.requires_grad());
}

TEST_CASE("jvp refuses what means nothing", "[autograd][jvp]") {
  const Tensor x = tensor_of({1, 2});
  const auto same = [](const Tensors& t) { return t[0]; };
  CHECK(contains(error_of([&] { jvp({}, {x}, {x}); }), "jvp: the function is empty"));
  CHECK(contains(error_of([&] { jvp(same, {x}, {}); }), "jvp: 0 directions for 1 inputs"));
  CHECK(contains(error_of([&] { jvp(same, {x}, {ones({3})}); }), "has shape [3], the input [2]"));
  CHECK(contains(error_of([&] { jvp(same, {x.to(int64)}, {x}); }), "input 0 is int64"));
  CHECK(contains(error_of([&] { jvp([](const Tensors&) { return Tensor(); }, {x}, {x}); }),
                 "gives an undefined tensor"));
  CHECK(contains(error_of([&] { jvp([](const Tensors& t) { return t[0] > 1; }, {x}, {x}); }),
                 "it must give a floating type"));
}

TEST_CASE("gradcheck holds reverse mode against forward mode", "[autograd][gradcheck]") {
  // Right in reverse; that what is recorded of it forgets half of g no difference can show at
  // order 1.
  const auto forgets = custom(
      "forgets", [](const Tensor& x) { return square(x); },
      [](const Tensor& x, const Tensor&, const Tensor& g) {
        const Tensor visible = grad_enabled() ? 0.5 * g + 0.5 * g.detach() : g;
        return 2 * x * visible;
      });
  const gradtest::Report report = check_grad(forgets, leaf({3, 5}));
  INFO(report.text());
  CHECK(report.verdict == gradtest::Verdict::wrong);
  CHECK(contains(report.text(), "forward mode gives"));
}
