// backward(): order, freeing, misuse, and values that were changed before it.
#include "autograd/leaf.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;
using test::leaf;
using test::scalar;
using test::tensor_of;
using test::value;
using test::Values;
using test::values;

TEST_CASE("a diamond sends each node one summed gradient", "[autograd][backward]") {
  const Tensor x = scalar(3);
  const Tensor a = x * x;
  int arrivals = 0;
  a.register_hook([&](const Tensor&) {
    ++arrivals;
    return Tensor();
  });
  (exp(a / 9) + a * a).backward();
  CHECK(arrivals == 1);
  // d/dx (exp(x^2/9) + x^4) = 2x/9 exp(x^2/9) + 4x^3
  CHECK(value(x.grad()) == Approx(6.0 / 9 * std::exp(1.0) + 108));
}

TEST_CASE("a ladder of diamonds is walked once, not once for each path", "[autograd][backward]") {
  const Tensor x = scalar(1);
  Tensor y = x;
  for (int i = 0; i < 60; ++i) y = y + y;  // 2^60 paths
  y.backward();
  CHECK(value(x.grad()) == 1152921504606846976.0);
}

TEST_CASE("a younger branch is finished before an older one goes on", "[autograd][backward]") {
  const Tensor x = scalar(2);
  const Tensor early = x * 3;
  const Tensor late = early * early;
  const Tensor later = late * early;
  (early + later).backward();
  // d/dx (3x + 27x^3) = 3 + 81 x^2
  CHECK(value(x.grad()) == 327);
}

TEST_CASE("a non-scalar needs a gradient of its own shape", "[autograd][backward]") {
  const Tensor x = leaf({1, 2, 3, 4, 5, 6}, {2, 3});
  const Tensor y = x * x;
  const std::string message = error_of<AutogradError>([&] { y.backward(); });
  CHECK(contains(message, "backward"));
  CHECK(contains(message, "[2, 3]"));
  CHECK(contains(message, "sum()"));
  const std::string shapes = error_of<ShapeError>([&] { y.backward(ones({3, 2})); });
  CHECK(contains(shapes, "[3, 2]"));
  CHECK(contains(shapes, "[2, 3]"));
  CHECK_FALSE(x.grad().defined());
  y.backward(tensor_of({1, 0, 0, 0, 0, 10}, {2, 3}));
  CHECK(values(x.grad()) == Values{2, 0, 0, 0, 0, 120});
}

TEST_CASE("one element of any rank needs no gradient", "[autograd][backward]") {
  const Tensor x = leaf({5}, {1, 1});
  (x * x).backward();
  CHECK(values(x.grad()) == Values{10});
  CHECK(x.grad().shape() == Shape{1, 1});
}

TEST_CASE("backward of what is not tracked says why", "[autograd][backward]") {
  CHECK(contains(error_of<AutogradError>([] { ones({1}).backward(); }), "requires grad"));
  CHECK(contains(error_of<>([] { Tensor().backward(); }), "undefined"));
}

TEST_CASE("backward twice without retain_graph names the freed operation", "[autograd][backward]") {
  const Tensor x = leaf({1, 2});
  const Tensor y = (x * x).sum();
  y.backward();
  const std::string message = error_of<AutogradError>([&] { y.backward(); });
  CHECK(contains(message, "sum"));
  CHECK(contains(message, "retain_graph"));
  CHECK(values(x.grad()) == Values{2, 4});
}

TEST_CASE("a freed part names its operation when another graph reaches it",
          "[autograd][backward]") {
  const Tensor x = leaf({1, 2});
  const Tensor shared = exp(x);
  shared.sum().backward();
  const Tensor other = (shared * 2).sum();
  const std::string message = error_of<AutogradError>([&] { other.backward(); });
  CHECK(contains(message, "exp"));
  CHECK(contains(message, "[2]"));
}

TEST_CASE("retain_graph keeps the graph for any number of passes", "[autograd][backward]") {
  const Tensor x = leaf({1, 2});
  const Tensor y = (x * x).sum();
  y.backward({.retain_graph = true});
  y.backward({.retain_graph = true});
  CHECK(values(x.grad()) == Values{4, 8});
  y.backward();
  CHECK(values(x.grad()) == Values{6, 12});
  CHECK_THROWS_AS(y.backward(), AutogradError);
}

TEST_CASE("backward records nothing, so gradients are plain tensors", "[autograd][backward]") {
  const Tensor x = leaf({1, 2});
  const Tensor w = leaf({1, 1});
  (x * x).backward(w);
  CHECK_FALSE(x.grad().requires_grad());
  x.backward(w);
  CHECK_FALSE(x.grad().requires_grad());
}

TEST_CASE("a broadcast input gets its gradient summed to its own shape", "[autograd][backward]") {
  const Tensor matrix = leaf({1, 2, 3, 4, 5, 6}, {2, 3});
  const Tensor row = leaf({1, 2, 3});
  const Tensor column = leaf({10, 20}, {2, 1});
  const Tensor number = scalar(2);
  (matrix * row + column * number).sum().backward();
  CHECK(values(matrix.grad()) == Values{1, 2, 3, 1, 2, 3});
  CHECK(values(row.grad()) == Values{5, 7, 9});
  CHECK(values(column.grad()) == Values{6, 6});
  CHECK(column.grad().shape() == Shape{2, 1});
  CHECK(value(number.grad()) == 90);
}

TEST_CASE("a leaf that requires grad cannot be changed in place while recording",
          "[autograd][backward]") {
  Tensor x = leaf({1, 2});
  const std::string message = error_of<AutogradError>([&] { x += 1; });
  CHECK(contains(message, "add_"));
  CHECK(contains(message, "[2]"));
  CHECK(contains(message, "out-of-place"));
  CHECK(contains(message, "NoGrad"));
  CHECK(values(x) == Values{1, 2});
  CHECK(x.version() == 0);
  CHECK_THROWS_AS(x.zero_(), AutogradError);
  CHECK_THROWS_AS(x.copy_(tensor_of({1, 2})), AutogradError);
  CHECK_THROWS_AS(x.mutable_data<double>(), AutogradError);
  const NoGrad off;
  x += 1;
  CHECK(values(x) == Values{2, 3});
}

TEST_CASE("a saved value that was changed is an error with operation, shape and versions",
          "[autograd][backward]") {
  Tensor x = leaf({1, 2, 3});
  const Tensor y = x * x;
  const auto update = [&] {
    const NoGrad off;
    x -= 0.5;
  };
  update();
  update();
  const std::string message = error_of<AutogradError>([&] { y.sum().backward(); });
  CHECK(contains(message, "mul"));
  CHECK(contains(message, "[3]"));
  CHECK(contains(message, "version 0"));
  CHECK(contains(message, "version 2"));
  CHECK(contains(message, "out-of-place"));
  CHECK(contains(message, "clone()"));
  CHECK_FALSE(x.grad().defined());
}

TEST_CASE("a saved result that was changed is an error too", "[autograd][backward]") {
  const Tensor x = leaf({0.5, 1});
  Tensor y = exp(x);
  y += 1;
  const std::string message = error_of<AutogradError>([&] { y.sum().backward(); });
  CHECK(contains(message, "exp"));
  CHECK(contains(message, "[2]"));
}

TEST_CASE("a saved value changed through a view or raw memory is noticed", "[autograd][backward]") {
  Tensor c = tensor_of({1, 2, 3, 4});
  const Tensor x = leaf({1, 1, 1, 1});
  SECTION("a view") {
    const Tensor y = x * c;
    c.slice(0, 2).zero_();
    CHECK_THROWS_AS(y.sum().backward(), AutogradError);
  }
  SECTION("raw memory") {
    const Tensor y = x * c;
    c.mutable_data<double>()[0] = 7;
    CHECK_THROWS_AS(y.sum().backward(), AutogradError);
  }
  SECTION("the base of a saved view") {
    const Tensor y = x.slice(0, 0, 2) * c.slice(0, 0, 2);
    c += 1;
    CHECK_THROWS_AS(y.sum().backward(), AutogradError);
  }
}

TEST_CASE("what a derivative doesn't read may change", "[autograd][backward]") {
  const Tensor x = leaf({1, 2});
  Tensor c = tensor_of({3, 4});
  const Tensor y = (x + c) * 2;
  c.zero_();
  y.sum().backward();
  CHECK(values(x.grad()) == Values{2, 2});
  // Only the constant is needed for the gradient of the leaf.
  Tensor w = leaf({1, 1});
  const Tensor z = w * tensor_of({5, 6});
  {
    const NoGrad off;
    w += 1;
  }
  z.sum().backward();
  CHECK(values(w.grad()) == Values{5, 6});
}
