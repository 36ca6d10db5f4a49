// The gradient of a tensor that an operation made, kept. What is expected is what torch 2.13 does
// with the same lines.
#include <stdexcept>
#include <vector>

#include "autograd/leaf.hpp"
#include "tapegrad/autograd.hpp"
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

TEST_CASE("retain_grad keeps the gradient of a result, and adds up", "[autograd][retain_grad]") {
  const Tensor x = leaf({1, 2});
  const Tensor h = x * 3;
  CHECK(!h.is_leaf());
  CHECK(!h.retains_grad());
  CHECK(!h.grad().defined());
  h.retain_grad();
  h.retain_grad();  // as once
  CHECK(h.retains_grad());
  const Tensor y = (h * h).sum();
  y.backward({.retain_graph = true});
  CHECK(values(h.grad()) == Values{6, 12});
  y.backward();
  CHECK(values(h.grad()) == Values{12, 24});
  CHECK(!h.grad().requires_grad());
  CHECK(values(x.grad()) == Values{36, 72});
  Tensor(h).set_grad(Tensor());
  CHECK(!h.grad().defined());
}

TEST_CASE("what is kept is what all hooks left, whenever they were registered",
          "[autograd][retain_grad]") {
  const Tensor x = leaf({1, 2});
  const Tensor h = x * 3;
  h.retain_grad();
  h.register_hook([](const Tensor& g) { return g * 10; });
  h.sum().backward();
  CHECK(values(h.grad()) == Values{10, 10});
}

TEST_CASE("retain_grad keeps what grad() brings", "[autograd][retain_grad]") {
  const Tensor x = leaf({1, 2});
  const Tensor h = x * 3;
  h.retain_grad();
  const auto g = grad({(h * h).sum()}, {x}, {.create_graph = true});
  CHECK(values(h.grad()) == Values{6, 12});
  CHECK(!h.grad().requires_grad());
  CHECK(g[0].requires_grad());
  CHECK(values(grad({h.sum()}, {h})[0]) == Values{1, 1});
  CHECK(values(h.grad()) == Values{7, 13});
}

TEST_CASE("a kept gradient is the tensor's own", "[autograd][retain_grad]") {
  const Tensor x = leaf({1, 2});
  const Tensor h = x + 0;
  h.retain_grad();
  (h + x).sum().backward();
  h.grad().fill_(100);
  CHECK(values(x.grad()) == Values{2, 2});
}

TEST_CASE("a kept gradient follows the tensor through changes in place",
          "[autograd][retain_grad][in_place]") {
  const Tensor x = leaf({1, 2});
  Tensor h = x * 3;
  h.retain_grad();
  h.mul_(2);
  CHECK(h.retains_grad());
  h.sum().backward();
  CHECK(values(h.grad()) == Values{1, 1});
  Tensor b = x * 3;
  b.retain_grad();
  Tensor row = b[0];
  row.retain_grad();
  row.mul_(4);
  (b * b).sum().backward();
  CHECK(values(b.grad()) == Values{24, 12});
  // Nobody read the view after its change.
  CHECK(row.retains_grad());
  CHECK(!row.grad().defined());
}

TEST_CASE("one of several results keeps its gradient", "[autograd][retain_grad]") {
  const Tensor x = leaf({1, 2, 3, 4});
  const std::vector<Tensor> parts = split(x, 2);
  parts[1].retain_grad();
  (parts[0].sum() + (parts[1] * parts[1]).sum()).backward();
  CHECK(values(parts[1].grad()) == Values{6, 8});
  CHECK(!parts[0].retains_grad());
}

TEST_CASE("nothing is kept of a pass that failed", "[autograd][retain_grad]") {
  const Tensor x = leaf({1, 2});
  const Tensor h = x * 3;
  h.retain_grad();
  x.register_hook([](const Tensor&) -> Tensor { throw std::runtime_error("no"); });
  CHECK_THROWS_WITH(h.sum().backward(), "no");
  CHECK(!h.grad().defined());
}

TEST_CASE("retain_grad does nothing for leaves and refuses what isn't tracked",
          "[autograd][retain_grad]") {
  const Tensor x = leaf({1, 2});
  x.retain_grad();
  CHECK(!x.retains_grad());
  CHECK(error_of<AutogradError>([] {
          tensor_of({1, 2}).retain_grad();
        }) == "retain_grad: a tensor of shape [2] that doesn't require grad");
  CHECK(!tensor_of({1, 2}).retains_grad());
  const Tensor h = x * 3;
  CHECK(contains(error_of<AutogradError>([&] {
                   Tensor(h).set_grad(tensor_of({1, 2}));
                 }),
                 "retain_grad() lets the result of an operation have one"));
}
