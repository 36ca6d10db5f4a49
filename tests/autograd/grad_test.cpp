// grad(): derivatives of outputs with respect to chosen inputs, beside the leaves' own gradients.
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

TEST_CASE("grad returns derivatives and leaves the leaves alone", "[autograd][grad]") {
  const Tensor x = leaf({1, 2});
  const Tensor w = leaf({3, 4});
  const auto g = grad({(x * x * w).sum()}, {w, x});
  REQUIRE(g.size() == 2);
  CHECK(values(g[0]) == Values{1, 4});
  CHECK(values(g[1]) == Values{6, 16});
  CHECK_FALSE(x.grad().defined());
  CHECK_FALSE(w.grad().defined());
  CHECK_FALSE(g[0].requires_grad());
}

TEST_CASE("grad with respect to a recorded tensor stops there", "[autograd][grad]") {
  const Tensor x = leaf({1, 2});
  const Tensor h = x * 3;
  const Tensor y = (h * h).sum();
  CHECK(values(grad({y}, {h}, {.retain_graph = true})[0]) == Values{6, 12});
  const auto both = grad({y}, {h, x});
  CHECK(values(both[0]) == Values{6, 12});
  CHECK(values(both[1]) == Values{18, 36});
}

TEST_CASE("the derivative of a tensor with respect to itself is the seed", "[autograd][grad]") {
  const Tensor x = leaf({1, 2});
  const Tensor y = x * 3;
  const Tensor seed = tensor_of({5, 7});
  CHECK(values(grad({y}, {y}, {.grad_outputs = {seed}})[0]) == Values{5, 7});
  CHECK(values(grad({x}, {x}, {.grad_outputs = {seed}})[0]) == Values{5, 7});
}

TEST_CASE("an input that is asked for twice is answered twice", "[autograd][grad]") {
  const Tensor x = leaf({1, 2});
  const auto g = grad({(x * x).sum()}, {x, x});
  CHECK(values(g[0]) == Values{2, 4});
  CHECK(values(g[1]) == Values{2, 4});
}

TEST_CASE("several outputs are summed, each with its own gradient", "[autograd][grad]") {
  const Tensor x = leaf({1, 2});
  const Tensor a = x * x;
  const Tensor b = (x * 10).sum();
  const auto g = grad({a, b}, {x}, {.grad_outputs = {tensor_of({1, 100}), full({}, 2.0)}});
  CHECK(values(g[0]) == Values{2 + 20, 400 + 20});
  const Tensor p = x.sum();
  const Tensor q = (x * x).sum();
  CHECK(values(grad({p, q}, {x})[0]) == Values{3, 5});
}

TEST_CASE("an output may lie below another output", "[autograd][grad]") {
  const Tensor x = scalar(2);
  const Tensor a = x * x;
  const Tensor b = a * a;
  CHECK(value(grad({b, a}, {x})[0]) == 32 + 4);
}

TEST_CASE("grad_outputs must match the outputs", "[autograd][grad]") {
  const Tensor x = leaf({1, 2});
  const Tensor y = x * x;
  const std::string missing = error_of<AutogradError>([&] { grad({y}, {x}); });
  CHECK(contains(missing, "grad"));
  CHECK(contains(missing, "[2]"));
  CHECK_THROWS_AS(grad({y, y}, {x}, {.grad_outputs = {tensor_of({1, 1})}}), AutogradError);
  CHECK_THROWS_AS(grad({y}, {x}, {.grad_outputs = {tensor_of({1, 1, 1})}}), ShapeError);
}

TEST_CASE("an unused input is an error, or undefined where that is allowed", "[autograd][grad]") {
  const Tensor x = leaf({1, 2});
  const Tensor unused = leaf({1, 2, 3});
  const Tensor y = x.sum();
  const std::string message = error_of<AutogradError>([&] {
    grad({y}, {x, unused}, {.retain_graph = true});
  });
  CHECK(contains(message, "input 1"));
  CHECK(contains(message, "[3]"));
  CHECK(contains(message, "allow_unused"));
  const auto g = grad({y}, {x, unused}, {.allow_unused = true});
  CHECK(values(g[0]) == Values{1, 1});
  CHECK_FALSE(g[1].defined());
}

TEST_CASE("an input that doesn't require grad is an error", "[autograd][grad]") {
  const Tensor x = leaf({1, 2});
  const Tensor c = tensor_of({1, 2});
  const std::string message = error_of<AutogradError>([&] { grad({(x * c).sum()}, {c}); });
  CHECK(contains(message, "requires_grad_()"));
}

TEST_CASE("grad frees the graph as backward does, unless told otherwise", "[autograd][grad]") {
  const Tensor x = leaf({1, 2});
  const Tensor y = (x * x).sum();
  grad({y}, {x}, {.retain_graph = true});
  grad({y}, {x}, {.create_graph = true});
  grad({y}, {x});
  CHECK(contains(error_of<AutogradError>([&] { grad({y}, {x}); }), "retain_graph"));
}

TEST_CASE("grad doesn't run operations that lead to no wanted input", "[autograd][grad]") {
  const Tensor x = leaf({1, 2});
  const Tensor w = leaf({3, 4});
  int ran = 0;
  const Tensor branch = w * 2;
  branch.register_hook([&](const Tensor&) {
    ++ran;
    return Tensor();
  });
  CHECK(values(grad({(x * branch).sum()}, {x}, {.retain_graph = true})[0]) == Values{6, 8});
  CHECK(ran == 0);
}

TEST_CASE("create_graph makes gradients that can be differentiated and added to a loss",
          "[autograd][grad]") {
  const Tensor x = leaf({1, 2, 3});
  const Tensor y = (x * x * x).sum();
  const Tensor g = grad({y}, {x}, {.create_graph = true})[0];
  CHECK(g.requires_grad());
  (g * g).sum().backward();  // d/dx sum((3x^2)^2) = 36 x^3
  CHECK(values(x.grad()) == Values{36, 288, 972});
}

TEST_CASE("create_graph records under NoGrad, and not without it", "[autograd][grad]") {
  const Tensor x = leaf({1, 2});
  const Tensor y = (x * x).sum();
  const NoGrad off;
  CHECK(grad({y}, {x}, {.create_graph = true})[0].requires_grad());
  CHECK_FALSE(grad({y}, {x})[0].requires_grad());
}

TEST_CASE("a gradient that is passed in can itself be differentiated", "[autograd][grad]") {
  const Tensor x = leaf({1, 2});
  const Tensor v = leaf({5, 7});
  const Tensor g = grad({x * x}, {x}, {.grad_outputs = {v}, .create_graph = true})[0];
  CHECK(values(grad({g.sum()}, {v})[0]) == Values{2, 4});
}

TEST_CASE("a path through a freed graph is an error, never a missing part", "[autograd][grad]") {
  const Tensor x = leaf({1, 2});
  const Tensor freed = exp(x);
  freed.sum().backward();
  const Tensor y = (freed * x).sum();
  const std::string message =
      error_of<AutogradError>([&] { grad({y}, {x}, {.allow_unused = true}); });
  CHECK(contains(message, "exp"));
  CHECK(contains(message, "retain_graph"));
  // The derivative with respect to what was freed doesn't go below it.
  CHECK(values(grad({y}, {freed})[0]) == Values{1, 2});
}
