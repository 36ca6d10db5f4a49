// Operations of the user's own: values, derivatives of all orders, names, and what can go wrong.
#include "tapegrad/custom.hpp"

#include <array>
#include <cmath>

#include "autograd/leaf.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/memory.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;
using test::leaf;
using test::tensor_of;
using test::Values;
using test::values;

namespace {

const auto cube = custom(
    "cube", [](const Tensor& x) { return x * x * x; },
    [](const Tensor& x, const Tensor&, const Tensor& g) { return 3 * x * x * g; });

/// a * exp(b), whose derivative by b is the result itself.
struct Scaled {
  std::string_view name = "scaled";
  Tensor forward(const Tensor& a, const Tensor& b) const { return a * exp(b); }
  std::array<Tensor, 2> vjp(const Tensor&, const Tensor& b, const Tensor& y,
                            const Tensor& g) const {
    return {g * exp(b), g * y};
  }
};

/// x² and its derivative in plain C++, which the tape doesn't see.
const auto plain_square = custom(
    "plain_square",
    [](const Tensor& x) {
      Values all = values(x);
      for (double& v : all) v *= v;
      return Tensor::from_vector(std::move(all), x.shape());
    },
    [](const Tensor& x, const Tensor&, const Tensor& g) {
      Values all = values(x);
      const Values incoming = values(g);
      for (std::size_t i = 0; i < all.size(); ++i) all[i] *= 2 * incoming[i];
      return Tensor::from_vector(std::move(all), x.shape());
    });

}  // namespace

TEST_CASE("a custom operation has the derivative that it says", "[autograd][custom]") {
  const Tensor x = leaf({1, -2, 3});
  const Tensor y = cube(x);
  CHECK(values(y) == Values{1, -8, 27});
  y.sum().backward();
  CHECK(values(x.grad()) == Values{3, 12, 27});
}

TEST_CASE("a custom operation is checked in one line, at all orders", "[autograd][custom]") {
  CHECK(check_grad3(cube, leaf({1, -2, 3})));
  CHECK(check_grad3(custom(Scaled{}), leaf({1, -2}), leaf({0.5, 2})));
  CHECK(check_grad(plain_square, leaf({1, -2})));
}

TEST_CASE("a custom operation's wrong derivative is found", "[autograd][custom]") {
  const auto wrong = custom(
      "wrong", [](const Tensor& x) { return x * x * x; },
      [](const Tensor& x, const Tensor&, const Tensor& g) { return 2 * x * x * g; });
  const gradtest::Report report = check_grad(wrong, leaf({1, -2, 3}));
  CHECK(report.wrong == 3);
  CHECK(contains(report.diagnosis, "each element is 0.666667 times the numeric one"));
}

TEST_CASE("a derivative outside the tape has no derivative, and says so", "[autograd][custom]") {
  const Tensor x = leaf({1, -2});
  const Tensor y = square(plain_square(x)).sum();
  CHECK(values(grad({y}, {x})[0]) == Values{4, -32});
  CHECK(contains(
      error_of<AutogradError>(
          [&] { grad({square(plain_square(x)).sum()}, {x}, {.create_graph = true}); }),
      "plain_square: the gradient of input 0 doesn't depend on g by operations of the tape, "
      "so that it has no derivative; write its vjp in tensor operations"));
}

TEST_CASE("a custom operation is on the tape by its name", "[autograd][custom]") {
  const Tensor y = custom(Scaled{})(leaf({1}), leaf({2}));
  CHECK(y.operation() == "scaled");
  CHECK(contains(tape_text(y), "= scaled("));
}

TEST_CASE("only tracked inputs get a gradient, and nothing is recorded without one",
          "[autograd][custom]") {
  const Tensor a = leaf({1, 2});
  const Tensor b = tensor_of({3, 4});
  const auto scaled = custom(Scaled{});
  scaled(a, b).sum().backward();
  CHECK(values(a.grad())[0] == Approx(std::exp(3.0)));
  CHECK_FALSE(b.grad().defined());
  CHECK_FALSE(scaled(b, b).requires_grad());
  const NoGrad off;
  CHECK_FALSE(scaled(a, a).requires_grad());
}

TEST_CASE("an undefined gradient says that nothing flows there", "[autograd][custom]") {
  const auto first = custom(
      "first", [](const Tensor& a, const Tensor&) { return a * 1; },
      [](const Tensor&, const Tensor&, const Tensor&, const Tensor& g) {
        return std::vector<Tensor>{g, Tensor()};
      });
  const Tensor a = leaf({1});
  const Tensor b = leaf({2});
  first(a, b).sum().backward();
  CHECK(values(a.grad()) == Values{1});
  CHECK_FALSE(b.grad().defined());
}

TEST_CASE("a custom operation that gives its input back gives a copy", "[autograd][custom]") {
  const auto same = custom(
      "same", [](const Tensor& x) { return x; },
      [](const Tensor&, const Tensor&, const Tensor& g) { return g; });
  const Tensor x = leaf({1, 2});
  const Tensor y = same(x);
  CHECK_FALSE(y.shares_storage_with(x));
  y.sum().backward();
  CHECK(values(x.grad()) == Values{1, 1});
  CHECK(x.is_leaf());
}

TEST_CASE("what a custom operation does wrong is said in its name", "[autograd][custom]") {
  const Tensor x = leaf({1, 2});
  const auto empty = custom(
      "empty", [](const Tensor&) { return Tensor(); },
      [](const Tensor&, const Tensor&, const Tensor& g) { return g; });
  CHECK(error_of([&] { empty(x); }) == "empty: its forward gives an undefined tensor");
  const auto few = custom(
      "few", [](const Tensor& a, const Tensor& b) { return a * b; },
      [](const Tensor&, const Tensor& b, const Tensor&, const Tensor& g) { return g * b; });
  CHECK(contains(error_of([&] { few(x, x).sum().backward(); }),
                 "few: its vjp gives 1 gradients for 2 inputs"));
  CHECK(contains(error_of([&] { cube(Tensor()); }), "cube: argument 1 is an undefined tensor"));
  CHECK(contains(error_of([&] {
                   custom(
                       "a b", [](const Tensor& v) { return v; },
                       [](const Tensor&, const Tensor&, const Tensor& g) { return g; });
                 }),
                 "a b"));
}

TEST_CASE("a changed input is noticed", "[autograd][custom]") {
  Tensor x = leaf({1, 2});
  const Tensor y = cube(x).sum();
  {
    const NoGrad off;
    x.fill_(5);
  }
  CHECK(contains(error_of([&] { y.backward(); }), "cube"));
}

TEST_CASE("a custom operation leaves no memory behind", "[autograd][custom]") {
  const auto pass = [] {
    const Tensor x = leaf({1, 2});
    cube(cube(x)).sum().backward();
  };
  pass();
  const std::size_t before = memory_stats().in_use;
  pass();
  CHECK(memory_stats().in_use == before);
}
