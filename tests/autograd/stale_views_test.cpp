// Views that are used after their base was changed in a recorded way: they have the history of what
// they hold, as in torch 2.13, whose gradients these are.
#include <string>
#include <thread>

#include "autograd/leaf.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;
using test::leaf;
using test::tensor_of;
using test::Values;
using test::values;

TEST_CASE("a view follows a recorded change of its base", "[autograd][in_place][view]") {
  const Tensor x = leaf({1, 2, 3, 4}, {2, 2});
  Tensor h = x * 1;
  const Tensor row = h[0];
  h.mul_(3);
  CHECK(values(row) == Values{3, 6});
  const Tensor y = row * row;
  CHECK(row.operation() == "as_strided");
  y.sum().backward();
  CHECK(values(x.grad()) == Values{18, 36, 0, 0});  // 2 * 9 x
}

TEST_CASE("a view follows a change through another view", "[autograd][in_place][view]") {
  Tensor x = leaf({1, 2, 3, 4});
  Tensor h = x * 1;
  Tensor first = h.slice(0, 0, 2);
  Tensor second = h.slice(0, 1, 3);
  first *= 2;
  CHECK(values(second) == Values{4, 3});
  (second * tensor_of({10, 100})).sum().backward({.retain_graph = true});
  CHECK(values(x.grad()) == Values{0, 20, 100, 0});
  // And may be written through, which the first and the base follow.
  second += 1;
  first += second;
  CHECK(values(h) == Values{7, 9, 4, 4});
  x.set_grad(Tensor());
  h.sum().backward();
  // h = (2 x0 + 2 x1 + 1, 2 x1 + 1 + x2 + 1, x2 + 1, x3)
  CHECK(values(x.grad()) == Values{2, 4, 2, 1});
}

TEST_CASE("a view of a plain tensor that became recorded is tracked from then on",
          "[autograd][in_place][view]") {
  const Tensor x = leaf({1, 2});
  Tensor buffer = zeros({2}, {.dtype = float64});
  const Tensor before = buffer[1];
  CHECK(!before.requires_grad());
  buffer.copy_(x * x);
  CHECK(before.requires_grad());
  CHECK(!before.is_leaf());
  before.backward();
  CHECK(values(x.grad()) == Values{0, 4});
}

TEST_CASE("a view that changed its base can start and end a reverse pass",
          "[autograd][in_place][view]") {
  const Tensor x = leaf({1, 2});
  Tensor h = x * 1;
  const Tensor view = h[0];
  h *= 3;
  Values seen;
  view.register_hook([&](const Tensor& g) {
    seen = values(g);
    return Tensor();
  });
  const Tensor y = view * 5;
  CHECK(values(grad({y}, {view}, {.retain_graph = true})[0]) == Values{5});
  CHECK(values(grad({y}, {x})[0]) == Values{15, 0});
  CHECK(seen == Values{5});
}

TEST_CASE("views that reach an element twice follow, too", "[autograd][in_place][view]") {
  const Tensor x = leaf({1, 2, 3});
  Tensor column = zeros({3, 1}, {.dtype = float64});
  const Tensor wide = column.expand({3, 2});
  Tensor line = zeros({3}, {.dtype = float64});
  const Tensor windows = unfold(line, 0, 2, 1);
  column.copy_(x.view({3, 1}));
  line.copy_(x);
  const Tensor weights = tensor_of({1, 10, 100, 1000, 1, 1}, {3, 2});
  CHECK(values(grad({(wide * weights).sum()}, {x})[0]) == Values{11, 1100, 2});
  CHECK(values(grad({(windows * weights.slice(0, 0, 2)).sum()}, {x})[0]) == Values{1, 110, 1000});
}

TEST_CASE("views that follow pass the gradient check at order 2", "[autograd][in_place][view]") {
  const auto f = [](const std::vector<Tensor>& t) {
    Tensor h = t[0] * t[0];
    const Tensor transposed = h.t();
    const Tensor corner = transposed[1].slice(0, 1);
    h.mul_(t[1]);
    const Tensor early = corner * 2;
    h[1].add_(early);
    return transposed.mul(transposed).sum() + (corner * early).sum();
  };
  const auto report =
      gradcheck(f, {leaf({0.5, -1, 2, 1.5}, {2, 2}), leaf({1.25, -0.5})}, {.order = 2});
  INFO(report.text());
  CHECK(report);
}

TEST_CASE("a view that was taken under NoGrad is refused after the change",
          "[autograd][in_place][view]") {
  const Tensor x = leaf({1, 2});
  Tensor h = x * 1;
  Tensor apart;
  {
    const NoGrad off;
    apart = h[0];
  }
  CHECK(!apart.requires_grad());
  h.mul_(2);
  CHECK(!apart.requires_grad());  // asking isn't using
  CHECK(contains(error_of<AutogradError>([&] { apart * 2; }), "mul: this view of shape []"));
  CHECK(contains(error_of<AutogradError>([&] { apart * 2; }), "taken under NoGrad"));
  const NoGrad off;
  CHECK(values(apart * 2) == Values{4});  // nothing is recorded, so nothing is lost
  // The same of a base that the first change put on the tape.
  Tensor buffer = zeros({2}, {.dtype = float64});
  buffer.copy_(x);
  const EnableGrad on;
  buffer.copy_(x);
  {
    const NoGrad within;
    apart = buffer[0];
  }
  buffer.mul_(2);
  CHECK_THROWS_AS(apart * 2, AutogradError);
}

TEST_CASE("a view whose base has other elements, or lies otherwise, is refused",
          "[autograd][in_place][view]") {
  Tensor base = tensor_of({1, 2});
  const Tensor view = base[0];
  base.to_(float32);
  CHECK(contains(error_of<AutogradError>([&] { view * 2; }),
                 "to_() has given its base other elements since; take the view again"));
  const Tensor x = leaf({1, 2});
  Tensor strided = zeros({2, 2}, {.dtype = float64}).t().detach();
  const Tensor row = strided[0];
  strided.add_(x);
  CHECK(contains(error_of<AutogradError>([&] { row * 2; }), "doesn't lie row by row"));
}

TEST_CASE("two threads may be the first to read a view that follows", "[autograd][view][threads]") {
  const Tensor x = leaf({1, 2});
  Tensor h = x * 1;
  for (int i = 0; i < 50; ++i) {
    const Tensor view = h[1];
    h.add_(x);
    Tensor found;
    std::thread other([&] { found = grad({view * 1}, {x}, {.retain_graph = true})[0]; });
    const Tensor here = grad({view * 1}, {x}, {.retain_graph = true})[0];
    other.join();
    CHECK(values(here) == Values{0, i + 2.0});
    CHECK(values(found) == values(here));
  }
}
