// Products with jacobians and hessians, and these themselves, against closed forms.
#include "tapegrad/functional.hpp"

#include <cmath>
#include <vector>

#include "autograd/leaf.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::contains;
using test::difference;
using test::error_of;
using test::leaf;
using test::tensor_of;
using test::Values;
using test::values;

using Tensors = std::vector<Tensor>;

namespace {

/// x^T M x / 2 has the gradient (M + M^T) x / 2 and the hessian (M + M^T) / 2.
const Tensor m = tensor_of({2, -1, 0.5, 3, 1, 4, -2, 0.25, 5}, {3, 3});
const Tensor symmetric = (m + m.t()) / 2;
const Tensor point = tensor_of({0.5, -1.5, 2});
const Tensor along = tensor_of({1, 2, -3});

Tensor quadratic(const Tensor& x) { return x.matmul(m).matmul(x) / 2; }

/// sum(a^3 * b): second derivatives 6 a b, 3 a^2 and 0 on the diagonals.
Tensor cubic(const Tensors& t) { return (t[0] * t[0] * t[0] * t[1]).sum(); }

Tensor diagonal_of(const Values& d) {
  Values all(d.size() * d.size(), 0.0);
  for (std::size_t i = 0; i < d.size(); ++i) all[i * d.size() + i] = d[i];
  const auto n = static_cast<std::int64_t>(d.size());
  return tensor_of(std::move(all), {n, n});
}

}  // namespace

TEST_CASE("vjp is v J, and jvp is J v", "[autograd][functional]") {
  const auto f = [](const Tensor& x) { return m.matmul(x); };
  const auto [y, pulled] = vjp(f, point, along);
  CHECK(values(y) == values(m.matmul(point)));
  CHECK(values(pulled) == values(along.matmul(m)));
  CHECK(!y.requires_grad());
  CHECK(!pulled.requires_grad());
  const auto [again, pushed] = jvp(f, point, along);
  CHECK(values(again) == values(y));
  CHECK(values(pushed) == values(m.matmul(along)));
  // One element needs no v.
  CHECK(values(vjp(quadratic, point).second) == values(symmetric.matmul(point)));
}

TEST_CASE("vjp and jvp take several inputs and mixed element types", "[autograd][functional]") {
  const Tensor a = tensor_of({1, 2});
  const Tensor b = tensor_of({3, 4}).to(float32);
  const auto f = [](const Tensors& t) { return t[0] * t[1]; };
  const auto [y, grads] = vjp(f, {a, b}, tensor_of({10, 100}).to(float32));
  CHECK(y.dtype() == float64);
  CHECK(values(grads[0]) == Values{30, 400});
  CHECK(values(grads[1]) == Values{10, 200});
  CHECK(grads[1].dtype() == float32);
  CHECK(values(jvp(f, {a, b}, {tensor_of({1, 0}), tensor_of({0, 1})}).second) == Values{3, 2});
}

TEST_CASE("a jacobian has the shape of the result and then of the input",
          "[autograd][functional]") {
  CHECK(values(jacobian([](const Tensor& x) { return m.matmul(x); }, point)) == values(m));
  // d (a b)[i][j] / d a[k][l] = [i = k] b[l][j], d / d b[k][l] = a[i][k] [j = l]
  const Tensor a = tensor_of({1, 2, 3, 4, 5, 6}, {2, 3});
  const Tensor b = tensor_of({7, 8, 9, 10, 11, 12}, {3, 2});
  const auto j = jacobian([](const Tensors& t) { return matmul(t[0], t[1]); }, {a, b});
  REQUIRE(j[0].shape() == Shape{2, 2, 2, 3});
  REQUIRE(j[1].shape() == Shape{2, 2, 3, 2});
  for (std::int64_t i = 0; i < 2; ++i) {
    for (std::int64_t k = 0; k < 2; ++k) {
      for (std::int64_t l = 0; l < 3; ++l) {
        const double of_a = i == k ? b[l][1].item<double>() : 0;
        CHECK(j[0][i][1][k][l].item<double>() == of_a);
        const double of_b = k == 1 ? a[i][l].item<double>() : 0;
        CHECK(j[1][i][1][l][k].item<double>() == of_b);
      }
    }
  }
  CHECK(jacobian([](const Tensor& x) { return x.sum(); }, point).shape() == Shape{3});
  CHECK(jacobian([](const Tensor& x) { return x * 2; }, zeros({0, 2})).shape() ==
        Shape{0, 2, 0, 2});
}

TEST_CASE("a batched jacobian is that of each point", "[autograd][functional]") {
  const Tensor batch = tensor_of({0.5, -1.5, 2, 1, 0.25, -0.75, 3, 2, 1, -1, 0, 1}, {4, 3});
  const auto f = [](const Tensor& x) { return exp(x.matmul(m.slice(1, 0, 2))); };
  const Tensor all = jacobian(f, batch, {.batched = true});
  REQUIRE(all.shape() == Shape{4, 2, 3});
  for (std::int64_t i = 0; i < 4; ++i) {
    CHECK(difference(all[i], jacobian(f, batch[i]), 1e-14, 0) == "");
  }
  const auto energy = [](const Tensor& x) { return (exp(x) * x.roll(1, -1)).sum(-1); };
  const Tensor curvature = hessian(energy, batch, {.batched = true});
  REQUIRE(curvature.shape() == Shape{4, 3, 3});
  for (std::int64_t i = 0; i < 4; ++i) {
    CHECK(difference(curvature[i], hessian(energy, batch[i]), 1e-14, 0) == "");
  }
}

TEST_CASE("hessian, hvp and vhp of a quadratic form", "[autograd][functional]") {
  CHECK(values(hessian(quadratic, point)) == values(symmetric));
  const auto [y, forward] = hvp(quadratic, point, along);
  CHECK(values(y) == values(quadratic(point)));
  CHECK(values(forward) == values(symmetric.matmul(along)));
  CHECK(values(vhp(quadratic, point, along).second) == values(along.matmul(symmetric)));
}

TEST_CASE("hessians of several inputs are blocks", "[autograd][functional]") {
  const Tensor a = tensor_of({1, -2});
  const Tensor b = tensor_of({3, 0.5});
  const auto blocks = hessian(cubic, {a, b});
  CHECK(values(blocks[0][0]) == values(diagonal_of({18, -6})));
  CHECK(values(blocks[0][1]) == values(diagonal_of({3, 12})));
  CHECK(values(blocks[1][0]) == values(diagonal_of({3, 12})));
  CHECK(values(blocks[1][1]) == values(diagonal_of({0, 0})));
  const Tensors v{tensor_of({1, 10}), tensor_of({100, 1000})};
  const Values of_a{18 + 300, -60 + 12000};
  const Values of_b{3, 120};
  for (const Tensors& found : {hvp(cubic, {a, b}, v).second, vhp(cubic, {a, b}, v).second}) {
    CHECK(values(found[0]) == of_a);
    CHECK(values(found[1]) == of_b);
  }
}

TEST_CASE("what doesn't depend on an input has zeros, or is refused if strict",
          "[autograd][functional]") {
  const Tensors x{point, tensor_of({1, 2})};
  const auto first = [](const Tensors& t) { return t[0] * 2; };
  CHECK(values(vjp(first, x, along).second[1]) == Values{0, 0});
  CHECK(jacobian(first, x)[1].shape() == Shape{3, 2});
  CHECK(values(jacobian(first, x)[1]) == Values(6, 0.0));
  const auto constant = [](const Tensors&) { return tensor_of({5}); };
  CHECK(values(jacobian(constant, x)[0]) == Values(3, 0.0));
  CHECK(values(jvp(constant, x, x).second) == Values{0});
  const auto linear = [](const Tensors& t) { return t[0].sum() + t[1].sum(); };
  CHECK(values(hessian(linear, x)[0][1]) == Values(6, 0.0));
  CHECK(values(hvp(linear, x, x).second[0]) == Values(3, 0.0));
  CHECK(values(vhp(linear, x, x).second[1]) == Values(2, 0.0));
  CHECK(error_of<AutogradError>([&] { jacobian(first, x, {.strict = true}); }) ==
        "jacobian: strict: the result of shape [3] doesn't depend on input 1 of shape [2]");
  CHECK(contains(error_of<AutogradError>([&] { vjp(first, x, along, {.strict = true}); }), "vjp"));
  CHECK(contains(error_of<AutogradError>([&] { jvp(constant, x, x, {.strict = true}); }), "jvp"));
  CHECK(contains(error_of<AutogradError>([&] { hessian(linear, x, {.strict = true}); }),
                 "hessian: strict"));
  CHECK(contains(error_of<AutogradError>([&] { hvp(linear, x, x, {.strict = true}); }), "hvp"));
  CHECK(contains(error_of<AutogradError>([&] { vhp(linear, x, x, {.strict = true}); }), "vhp"));
}

TEST_CASE("with create_graph all of them can be differentiated again", "[autograd][functional]") {
  // x^3: 3 x^2, 6 x, 6; each is summed and differentiated by x.
  const Tensor x = leaf({1, -2});
  const auto cube = [](const Tensor& t) { return t * t * t; };
  const auto total = [](const Tensor& t) { return (t * t * t).sum(); };
  const Tensor one = ones({2}, {.dtype = float64});
  const auto slope = [&](const Tensor& y) { return values(grad({y.sum()}, {x})[0]); };
  const FunctionalOptions again{.create_graph = true};
  CHECK(slope(vjp(cube, x, one, again).second) == Values{6, -12});
  CHECK(slope(vjp(cube, x, one, again).first) == Values{3, 12});
  CHECK(slope(jvp(cube, x, one, again).second) == Values{6, -12});
  CHECK(slope(hvp(total, x, one, again).second) == Values{6, 6});
  CHECK(slope(vhp(total, x, one, again).second) == Values{6, 6});
  CHECK(slope(jacobian(cube, x, {.create_graph = true})) == Values{6, -12});
  CHECK(slope(hessian(total, x, {.create_graph = true})) == Values{6, 6});
  // With respect to v, and to what the function captured.
  const Tensor v = leaf({3, 5});
  CHECK(values(grad({jvp(cube, x, v, again).second.sum()}, {v})[0]) == Values{3, 12});
  const Tensor w = leaf({10, 100});
  const auto scaled = [&](const Tensor& t) { return (w * t * t).sum(); };
  CHECK(values(grad({hessian(scaled, x.detach(), {.create_graph = true}).sum()}, {w})[0]) ==
        Values{2, 2});
  CHECK(!x.grad().defined());
}

TEST_CASE("functions of one tensor and of a list are refused alike", "[autograd][functional]") {
  const Tensor x = tensor_of({1, 2});
  const auto same = [](const Tensor& t) { return t; };
  CHECK(error_of([&] { vjp(UnaryFunction(), x); }) == "vjp: the function is empty");
  CHECK(error_of([&] { jacobian(TensorFunction(), {x, x}); }) == "jacobian: the function is empty");
  CHECK(error_of<ShapeError>([&] { vjp(same, x); }) ==
        "vjp: the function gives shape [2]; pass a v of that shape");
  CHECK(error_of<ShapeError>([&] { vjp(same, x, ones({3})); }) ==
        "vjp: v has shape [3], the function's result [2]");
  CHECK(error_of<ShapeError>([&] { hessian(same, x); }) ==
        "hessian: the function gives shape [2]; it must give one element, as sum() does");
  CHECK(contains(error_of<ShapeError>([&] { hvp(same, x, x); }), "hvp: the function gives"));
  CHECK(contains(error_of<ShapeError>([&] { vhp(same, x, x); }), "vhp: the function gives"));
  const auto total = [](const Tensor& t) { return t.sum(); };
  CHECK(error_of<ShapeError>([&] { jacobian(total, x, {.batched = true}); }) ==
        "jacobian: batched: an input of shape [2] and a result of shape []; their first dimensions "
        "must be the same batch");
  CHECK(contains(error_of<ShapeError>([&] { hvp(total, x, ones({3})); }),
                 "hvp: the direction of input 0 has shape [3], the input [2]"));
  CHECK(contains(error_of([&] { vhp(total, x.to(int64), x); }), "vhp: input 0 is int64"));
}

TEST_CASE("grad() takes a batch of gradients", "[autograd][functional]") {
  const Tensor x = leaf({1, -2, 3});
  const Tensor y = x * x;
  const Tensor rows = tensor_of({1, 0, 0, 0, 1, 10}, {2, 3});
  const auto g = grad({y}, {x}, {.grad_outputs = {rows}, .is_grads_batched = true});
  CHECK(values(g[0]) == Values{2, 0, 0, 0, -4, 60});
  CHECK(g[0].shape() == Shape{2, 3});
  CHECK(contains(error_of<AutogradError>([&] { y.sum().backward(); }), "freed"));
  const Tensor z = (x * x * x).sum();
  const auto h = grad(
      {z}, {x},
      {.grad_outputs = {tensor_of({1, 2})}, .create_graph = true, .is_grads_batched = true})[0];
  CHECK(values(grad({h.sum()}, {x})[0]) == Values{18, -36, 54});
  CHECK(contains(error_of<AutogradError>([&] { grad({y}, {x}, {.is_grads_batched = true}); }),
                 "grad: is_grads_batched needs grad_outputs"));
  CHECK(contains(
      error_of<ShapeError>([&] {
        grad({y, y}, {x}, {.grad_outputs = {rows, ones({3, 3})}, .is_grads_batched = true});
      }),
      "grad_outputs of shapes [2, 3] and [3, 3]"));
}

TEST_CASE("functions of arguments of any type are called with what there is", "[autograd]") {
  const Tensor x = tensor({1.0, 2.0}, float64);
  const auto cube = [](auto t) { return t * t * t; };
  CHECK(jacobian(cube, x).to_vector<double>() == std::vector<double>{3, 0, 0, 12});
  CHECK(vjp(cube, x, ones_like(x)).second.to_vector<double>() == std::vector<double>{3, 12});
  CHECK(jvp(cube, x, ones_like(x)).second.to_vector<double>() == std::vector<double>{3, 12});
  const auto total = [](const auto& t) { return (t * t * t).sum(); };
  CHECK(hessian(total, x).to_vector<double>() == std::vector<double>{6, 0, 0, 12});
  CHECK(hvp(total, x, ones_like(x)).second.to_vector<double>() == std::vector<double>{6, 12});
  CHECK(vhp(total, x, ones_like(x)).second.to_vector<double>() == std::vector<double>{6, 12});
  const auto product = [](const auto& t) { return t[0] * t[1]; };
  const std::vector<Tensor> two{x, x + 1};
  CHECK(jacobian(product, two)[0].to_vector<double>() == std::vector<double>{2, 0, 0, 3});
}
