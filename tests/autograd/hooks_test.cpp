// Hooks: functions that see, and may replace, a gradient on its way.
#include <stdexcept>
#include <utility>

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
using test::value;
using test::Values;
using test::values;

namespace {

Tensor (*const look)(const Tensor&) = [](const Tensor&) { return Tensor(); };

}  // namespace

TEST_CASE("a hook sees the gradient of a recorded tensor", "[autograd][hook]") {
  const Tensor x = leaf({1, 2});
  const Tensor h = x * 3;
  Values seen;
  h.register_hook([&](const Tensor& g) {
    seen = values(g);
    return Tensor();
  });
  (h * h).sum().backward();
  CHECK(seen == Values{6, 12});
  CHECK(values(x.grad()) == Values{18, 36});
}

TEST_CASE("a hook that returns nothing changes nothing", "[autograd][hook]") {
  const Tensor x = leaf({1, 2});
  Values seen;
  x.register_hook([&](const Tensor& g) { seen = values(g); });
  (x * x).sum().backward();
  CHECK(seen == Values{2, 4});
  CHECK(values(x.grad()) == Values{2, 4});
  CHECK_THROWS_AS(x.register_hook(std::function<void(const Tensor&)>()), Error);
}

TEST_CASE("what a hook returns replaces the gradient", "[autograd][hook]") {
  const Tensor x = leaf({1, 2});
  const Tensor h = x * 3;
  h.register_hook([](const Tensor& g) { return g * 10; });
  h.register_hook([](const Tensor& g) { return g + 1; });
  h.sum().backward();
  CHECK(values(x.grad()) == Values{33, 33});  // in the order of registration
}

TEST_CASE("a hook on a leaf acts before the gradient is added up", "[autograd][hook]") {
  const Tensor x = leaf({1, 2});
  x.register_hook([](const Tensor& g) { return clamp(g, -1, 1); });
  (x * 100).sum().backward();
  (x * 100).sum().backward();
  CHECK(values(x.grad()) == Values{2, 2});
}

TEST_CASE("hooks act on what grad() returns", "[autograd][hook]") {
  const Tensor x = leaf({1, 2});
  x.register_hook([](const Tensor& g) { return g * 2; });
  CHECK(values(grad({x.sum()}, {x})[0]) == Values{2, 2});
}

TEST_CASE("a hook's result must have the gradient's shape", "[autograd][hook]") {
  const Tensor x = leaf({1, 2});
  const Tensor h = x * 3;
  h.register_hook([](const Tensor&) { return tensor_of({1, 2, 3}); });
  const std::string message = error_of<ShapeError>([&] { h.sum().backward(); });
  CHECK(contains(message, "hook"));
  CHECK(contains(message, "[3]"));
  CHECK(contains(message, "[2]"));
}

TEST_CASE("a hook can't be put on what doesn't require grad", "[autograd][hook]") {
  CHECK_THROWS_AS(ones({2}).register_hook(look), AutogradError);
}

TEST_CASE("a hook may register another, which runs from the next pass on", "[autograd][hook]") {
  const Tensor x = leaf({1, 2});
  int runs = 0;
  x.register_hook([&](const Tensor&) {
    for (int i = 0; i < 20; ++i) {
      x.register_hook([&](const Tensor&) {
        ++runs;
        return Tensor();
      });
    }
    return Tensor();
  });
  x.sum().backward();
  CHECK(runs == 0);
  x.sum().backward();
  CHECK(runs == 20);
}

TEST_CASE("a hook may run a reverse pass of its own", "[autograd][hook]") {
  const Tensor x = leaf({1, 2});
  const Tensor h = x * 3;
  Values inner;
  h.register_hook([&](const Tensor&) {
    const EnableGrad on;
    const Tensor z = leaf({4});
    inner = values(grad({(z * z).sum()}, {z})[0]);
    return Tensor();
  });
  (h * h).sum().backward();
  CHECK(inner == Values{8});
  CHECK(values(x.grad()) == Values{18, 36});
}

TEST_CASE("a hook may run a reverse pass over the graph that it is called from",
          "[autograd][hook]") {
  const Tensor x = leaf({1, 2});
  const Tensor w = leaf({5, 6});
  const Tensor h = x * w;
  const Tensor y = (h * h + w).sum();
  Values inner;
  bool within = false;
  h.register_hook([&](const Tensor&) {
    if (!std::exchange(within, true)) inner = values(grad({y}, {w}, {.retain_graph = true})[0]);
    return Tensor();
  });
  // dy/dw = 2 x^2 w + 1; dy/dx = 2 x w^2
  SECTION("within backward") {
    y.backward({.retain_graph = true});
    CHECK(values(x.grad()) == Values{50, 144});
    CHECK(values(w.grad()) == Values{11, 49});
  }
  SECTION("within grad") {
    const auto g = grad({y}, {x, w}, {.retain_graph = true});
    CHECK(values(g[0]) == Values{50, 144});
    CHECK(values(g[1]) == Values{11, 49});
  }
  CHECK(inner == Values{11, 49});
}

TEST_CASE("an exception in a hook passes and leaves a kept graph as it was", "[autograd][hook]") {
  const Tensor x = leaf({1, 2});
  const Tensor w = leaf({5, 6});
  const Tensor h = x * w;
  bool angry = true;
  h.register_hook([&](const Tensor&) {
    if (angry) throw std::runtime_error("no");
    return Tensor();
  });
  // The gradient of w waits in its slot when the hook throws.
  const Tensor y = (h * h + w).sum();
  CHECK_THROWS_WITH(y.backward({.retain_graph = true}), "no");
  CHECK(grad_enabled());
  CHECK_FALSE(x.grad().defined());
  CHECK_FALSE(w.grad().defined());
  CHECK_THROWS_WITH(grad({y}, {x}, {.retain_graph = true}), "no");
  angry = false;
  y.backward({.retain_graph = true});
  CHECK(values(x.grad()) == Values{2 * 5 * 5, 2 * 2 * 6 * 6});
  CHECK(values(w.grad()) == Values{2 * 5 + 1, 2 * 4 * 6 + 1});
  CHECK(values(grad({y}, {x})[0]) == Values{50, 144});
}

TEST_CASE("after an exception a freed part says so", "[autograd][hook]") {
  const Tensor x = leaf({1, 2});
  const Tensor h = x * x;
  h.register_hook([](const Tensor&) -> Tensor { throw std::runtime_error("no"); });
  const Tensor y = exp(h).sum();
  CHECK_THROWS_WITH(y.backward(), "no");
  CHECK(contains(error_of<AutogradError>([&] { y.backward(); }), "sum"));
}
