// Leaves: who requires grad, what collects, what detach and the guards do.
#include <stdexcept>

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

TEST_CASE("backward adds into the gradients of the leaves", "[autograd][leaf]") {
  const Tensor x = leaf({1, 2, 3});
  CHECK_FALSE(x.grad().defined());
  (x * x).sum().backward();
  CHECK(values(x.grad()) == Values{2, 4, 6});
  (3 * x).sum().backward();
  CHECK(values(x.grad()) == Values{5, 7, 9});
}

TEST_CASE("a leaf that is used several times gets the sum of its gradients", "[autograd][leaf]") {
  const Tensor x = leaf({2, -1});
  (x + x * x + x / 2).sum().backward();
  CHECK(values(x.grad()) == Values{1 + 4 + 0.5, 1 - 2 + 0.5});
}

TEST_CASE("backward on a leaf gives it the gradient itself", "[autograd][leaf]") {
  const Tensor x = scalar(3);
  x.backward();
  x.backward();
  CHECK(value(x.grad()) == 2);
}

TEST_CASE("a gradient that was passed in is not changed by later passes", "[autograd][leaf]") {
  const Tensor x = leaf({1, 2});
  const Tensor g = tensor_of({10, 20});
  x.backward(g);
  x.backward(g);
  CHECK(values(g) == Values{10, 20});
  CHECK(values(x.grad()) == Values{20, 40});
}

TEST_CASE("two leaves never share the memory of one gradient", "[autograd][leaf]") {
  const Tensor a = leaf({1, 2});
  const Tensor b = leaf({3, 4});
  (a + b).backward(tensor_of({1, 1}));
  CHECK_FALSE(a.grad().shares_storage_with(b.grad()));
  (a * 1).sum().backward();
  CHECK(values(a.grad()) == Values{2, 2});
  CHECK(values(b.grad()) == Values{1, 1});
}

TEST_CASE("set_grad replaces and clears what has been added up", "[autograd][leaf]") {
  Tensor x = leaf({1, 2});
  x.sum().backward();
  x.set_grad(tensor_of({5, 5}));
  x.sum().backward();
  CHECK(values(x.grad()) == Values{6, 6});
  x.set_grad(Tensor());
  CHECK_FALSE(x.grad().defined());
  CHECK(contains(error_of<ShapeError>([&] { x.set_grad(tensor_of({1})); }), "[1]"));
  CHECK(contains(error_of<DTypeError>([&] { x.set_grad(ones({2})); }), "float32"));
  Tensor recorded = x * 2;
  CHECK(contains(error_of<AutogradError>([&] { recorded.set_grad(tensor_of({1, 1})); }), "leaf"));
}

TEST_CASE("only what depends on a leaf that requires grad is recorded", "[autograd][leaf]") {
  const Tensor x = leaf({1, 2});
  const Tensor constant = tensor_of({1, 2});
  CHECK(x.is_leaf());
  CHECK(x.requires_grad());
  CHECK(x.operation().empty());
  const Tensor y = x * constant;
  CHECK(y.requires_grad());
  CHECK_FALSE(y.is_leaf());
  CHECK(y.operation() == "mul");
  const Tensor z = constant * constant;
  CHECK_FALSE(z.requires_grad());
  CHECK(z.is_leaf());
  CHECK_FALSE(y.grad().defined());
}

TEST_CASE("a constant gets no gradient and costs its operation none", "[autograd][leaf]") {
  const Tensor x = leaf({1, 2});
  const Tensor constant = tensor_of({3, 4});
  (x * constant).sum().backward();
  CHECK_FALSE(constant.grad().defined());
  CHECK(values(x.grad()) == Values{3, 4});
}

TEST_CASE("integers and booleans cannot require grad", "[autograd][leaf]") {
  for (const DType dtype : {boolean, uint8, int32, int64}) {
    Tensor x = zeros({2}, {.dtype = dtype});
    const std::string message = error_of<DTypeError>([&] { x.requires_grad_(); });
    CHECK(contains(message, std::string(name_of(dtype))));
    CHECK(contains(message, "to(float32)"));
    CHECK_FALSE(x.requires_grad());
    CHECK_NOTHROW(x.requires_grad_(false));
    CHECK_THROWS_AS(zeros({2}, {.dtype = dtype, .requires_grad = true}), DTypeError);
  }
}

TEST_CASE("the tape ends at a conversion to integers", "[autograd][leaf]") {
  const Tensor x = leaf({1.5, 2.5});
  CHECK_FALSE(x.to(int64).requires_grad());
  CHECK_FALSE((x > 2).requires_grad());
}

TEST_CASE("a gradient has the dtype of its leaf", "[autograd][leaf]") {
  const Tensor single = ones({2}, {.dtype = float32, .requires_grad = true});
  const Tensor exact = leaf({3, 4});
  (single * exact).sum().backward();
  CHECK(single.grad().dtype() == float32);
  CHECK(exact.grad().dtype() == float64);
  CHECK(values(single.grad()) == Values{3, 4});
}

TEST_CASE("requires_grad_(false) freezes a leaf and drops its gradient", "[autograd][leaf]") {
  Tensor x = leaf({1, 2});
  x.sum().backward();
  x.requires_grad_(false);
  CHECK_FALSE(x.grad().defined());
  CHECK_FALSE((x * 2).requires_grad());
  Tensor y = leaf({1}) * 2;
  const std::string message = error_of<AutogradError>([&] { y.requires_grad_(false); });
  CHECK(contains(message, "mul"));
  CHECK(contains(message, "detach()"));
}

TEST_CASE("a detached tensor shares its elements and leaves the tape", "[autograd][leaf]") {
  const Tensor x = leaf({1, 2});
  const Tensor y = x * 3;
  Tensor d = y.detach();
  CHECK(d.shares_storage_with(y));
  CHECK_FALSE(d.requires_grad());
  CHECK(d.is_leaf());
  (y + d * y).sum().backward();
  CHECK(values(x.grad()) == Values{3 + 3 * 3, 3 + 3 * 6});
}

TEST_CASE("a change of a detached tensor is seen by both and by the version", "[autograd][leaf]") {
  const Tensor x = leaf({1, 2});
  Tensor y = x * 3;
  const std::uint32_t before = y.version();
  Tensor d = y.detach();
  d += 1;
  CHECK(values(y) == Values{4, 7});
  CHECK(y.version() == before + 1);
  const Tensor saved = y * y;
  d.zero_();
  CHECK(contains(error_of<AutogradError>([&] { saved.sum().backward(); }), "mul"));
}

TEST_CASE("NoGrad and EnableGrad hold for their scopes and nest", "[autograd][mode]") {
  const Tensor x = leaf({1, 2});
  CHECK(grad_enabled());
  {
    const NoGrad off;
    CHECK_FALSE(grad_enabled());
    CHECK_FALSE((x * 2).requires_grad());
    {
      const EnableGrad on;
      CHECK(grad_enabled());
      CHECK((x * 2).requires_grad());
      {
        const NoGrad again;
        CHECK_FALSE((x * 2).requires_grad());
      }
      CHECK(grad_enabled());
    }
    CHECK_FALSE(grad_enabled());
  }
  CHECK(grad_enabled());
  CHECK((x * 2).requires_grad());
}

TEST_CASE("an exception restores the recording that was before a guard", "[autograd][mode]") {
  try {
    const NoGrad off;
    const EnableGrad on;
    throw std::runtime_error("out");
  } catch (const std::runtime_error&) {
    CHECK(grad_enabled());
  }
  const Tensor x = leaf({1, 2});
  CHECK_THROWS_AS(x + tensor_of({1, 2, 3}), ShapeError);
  CHECK(grad_enabled());
  CHECK_THROWS_AS(x.sum().backward(tensor_of({1, 2})), ShapeError);
  CHECK(grad_enabled());
  CHECK_THROWS_AS(grad({x}, {x}, {.create_graph = true}), AutogradError);
  CHECK(grad_enabled());
}

TEST_CASE("a tensor made under NoGrad is a leaf that nothing flows into", "[autograd][mode]") {
  const Tensor x = leaf({1, 2});
  Tensor y;
  {
    const NoGrad off;
    y = x * 2;
  }
  CHECK(y.is_leaf());
  (y * x).sum().backward();
  CHECK(values(x.grad()) == Values{2, 4});
  const std::string message = error_of<AutogradError>([&] { y.sum().backward(); });
  CHECK(contains(message, "NoGrad"));
}
