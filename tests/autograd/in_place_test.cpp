// In-place changes: what is recorded, and what is refused because its history would be lost.
#include "autograd/leaf.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;
using test::leaf;
using test::tensor_of;
using test::Values;
using test::values;

TEST_CASE("an in-place change is recorded like any operation", "[autograd][in_place]") {
  const Tensor x = leaf({1, 2});
  const Tensor w = leaf({3, 4});
  Tensor y = x * 1;
  y += w;
  CHECK(y.operation() == "add");
  y *= w;
  y -= x;
  y /= 2;
  CHECK(values(y) == Values{5.5, 11});
  y.sum().backward();  // ((x + w) w - x) / 2
  CHECK(values(x.grad()) == Values{1, 1.5});
  CHECK(values(w.grad()) == Values{3.5, 5});
}

TEST_CASE("a plain tensor becomes recorded by a tracked operand", "[autograd][in_place]") {
  const Tensor x = leaf({1, 2});
  Tensor total = zeros({2}, {.dtype = float64});
  for (int i = 0; i < 3; ++i) total += x * x;
  CHECK(total.requires_grad());
  total.sum().backward();
  CHECK(values(x.grad()) == Values{6, 12});
}

TEST_CASE("overwriting ends the history of what was there", "[autograd][in_place]") {
  const Tensor x = leaf({1, 2});
  const Tensor w = leaf({3, 4});
  Tensor y = x * x;
  y.copy_(w);
  y.sum().backward();
  CHECK(values(w.grad()) == Values{1, 1});
  CHECK_FALSE(x.grad().defined());
}

TEST_CASE("an in-place change through a broadcast operand sums its gradient",
          "[autograd][in_place]") {
  const Tensor x = leaf({1, 2, 3, 4}, {2, 2});
  const Tensor row = leaf({10, 20});
  Tensor y = x * 1;
  y *= row;
  y.sum().backward();
  CHECK(values(row.grad()) == Values{4, 6});
  CHECK(values(x.grad()) == Values{10, 20, 10, 20});
}

TEST_CASE("an operand that doesn't fit in place is refused and changes nothing",
          "[autograd][in_place]") {
  Tensor x = tensor_of({1, 2, 3});
  const std::string shape = error_of<ShapeError>([&] { x += ones({2, 3}); });
  CHECK(contains(shape, "add_"));
  CHECK(contains(shape, "[2, 3]"));
  CHECK(contains(shape, "[3]"));
  CHECK(contains(shape, "out-of-place"));
  Tensor counts = zeros({3}, {.dtype = int64});
  const std::string dtype = error_of<DTypeError>([&] { counts += 0.5; });
  CHECK(contains(dtype, "int64"));
  CHECK(contains(dtype, "float32"));
  CHECK(values(x) == Values{1, 2, 3});
  CHECK(x.version() == 0);
}

TEST_CASE("views of a detached tensor know its history, and only its own",
          "[autograd][in_place][view]") {
  const Tensor x = leaf({1, 2});
  Tensor h = x * 1;
  Tensor detached = h.detach();
  Tensor first = detached.slice(0, 0, 1);
  const Tensor second = detached.slice(0, 0, 1);
  SECTION("a recorded change through one is followed by the others") {
    first *= x.slice(0, 0, 1);
    CHECK(detached.requires_grad());
    ((second + detached.slice(0, 0, 1)) * 5).sum().backward();
    CHECK(values(x.grad()) == Values{10, 0});
  }
  SECTION("a recorded change of what it was detached from leaves them plain") {
    h *= 2;
    CHECK_FALSE((second * 2).requires_grad());
    CHECK(values(second) == Values{2});
  }
}

TEST_CASE("a view of a leaf that requires grad can't be changed while recording",
          "[autograd][in_place][view]") {
  const Tensor x = leaf({1, 2, 3});
  Tensor view = x.slice(0, 1);
  const std::string message = error_of<AutogradError>([&] { view += 1; });
  CHECK(contains(message, "view"));
  CHECK(contains(message, "leaf"));
  CHECK(contains(message, "out-of-place"));
  CHECK(contains(message, "NoGrad"));
  CHECK_THROWS_AS(view.mutable_data<double>(), AutogradError);
  const NoGrad off;
  view += 1;
  CHECK(values(x) == Values{1, 3, 4});
}

TEST_CASE("a view taken under NoGrad can't be changed while recording",
          "[autograd][in_place][view]") {
  const Tensor x = leaf({1, 2, 3});
  const Tensor h = x * 1;
  Tensor of_recorded;
  Tensor of_leaf;
  {
    const NoGrad off;
    of_recorded = h[0];
    of_leaf = x[0];
  }
  const std::string message = error_of<AutogradError>([&] { of_recorded += 1; });
  CHECK(contains(message, "NoGrad"));
  CHECK(contains(message, "take the view again"));
  CHECK_THROWS_AS(of_leaf += 1, AutogradError);
  CHECK(values(h) == Values{1, 2, 3});
}

TEST_CASE("elements that share memory can't be changed in place", "[autograd][in_place][view]") {
  Tensor wide = tensor_of({1, 2}).view({2, 1}).expand({2, 3});
  const std::string message = error_of<>([&] { wide += 1; });
  CHECK(contains(message, "[2, 3]"));
  CHECK(contains(message, "clone()"));
  const Tensor x = leaf({1, 2});
  Tensor tracked = (x * 1).view({2, 1}).expand({2, 3});
  CHECK_THROWS_AS(tracked *= 2, Error);
}

TEST_CASE("a recorded change through a view of a strided tensor is refused",
          "[autograd][in_place][view]") {
  const Tensor x = leaf({1, 2});
  Tensor strided = zeros({2, 2}, {.dtype = float64}).t().detach();
  Tensor row = strided[0];
  CHECK(contains(error_of<AutogradError>([&] { row += x; }), "out-of-place"));
  row += 1;  // without a record it is fine
  CHECK(values(strided) == Values{1, 1, 0, 0});
}

TEST_CASE("a change under NoGrad is not recorded but counted", "[autograd][in_place]") {
  const Tensor x = leaf({1, 2});
  Tensor y = x * 3;
  const Tensor z = y * y;
  {
    const NoGrad off;
    y += 1;
  }
  CHECK(y.operation() == "mul");
  CHECK(contains(error_of<AutogradError>([&] { z.sum().backward(); }), "version"));
  y.sum().backward();
  CHECK(values(x.grad()) == Values{3, 3});
}

TEST_CASE("an operand may overlap what is written", "[autograd][in_place][view]") {
  Tensor x = tensor_of({1, 2, 3, 4, 5});
  x.slice(0, 1) += x.slice(0, 0, -1);
  CHECK(values(x) == Values{1, 3, 5, 7, 9});
  Tensor square = tensor_of({1, 2, 3, 4}, {2, 2});
  square += square.t();
  CHECK(values(square) == Values{2, 5, 5, 8});
  square -= square;
  CHECK(values(square) == Values{0, 0, 0, 0});
}
