// In-place changes through views of tracked tensors: what PyTorch gives for the same lines.
#include "autograd/in_place_views_cases.hpp"
#include "autograd/leaf.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using namespace tapegrad::test::in_place_views;
using test::leaf;
using test::scalar;
using test::tensor_of;
using test::value;
using test::Values;

namespace {

std::vector<Tensor> inputs() {
  return {leaf({0.5, -1.0, 2.0, 1.5, 0.25, -0.75}, {2, 3}), leaf({1.25, -0.5, 0.75}), scalar(1.5)};
}

/// Expected numbers are exact to float64; a different order of additions moves some last bits.
void check_close(const Tensor& found, const Values& expected) {
  const Tensor reference = tensor_of(expected, found.shape());
  CHECK(test::difference(found, reference, 1e-13, 1e-13) == "");
}

Tensor or_zeros(const Tensor& g, const Tensor& x) { return g.defined() ? g : zeros_like(x); }

}  // namespace

TEST_CASE("in-place changes through views differentiate as in PyTorch", "[autograd][in_place]") {
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const std::vector<Tensor> x = inputs();
      const Tensor y = c.f(x[0], x[1], x[2]);
      CHECK(value(y) == Approx(c.y).epsilon(1e-14));
      y.backward();
      for (std::size_t i = 0; i < x.size(); ++i) {
        INFO("input " << i);
        check_close(or_zeros(x[i].grad(), x[i]), c.first[i]);
      }
    }
  }
}

TEST_CASE("in-place changes through views differentiate twice as in PyTorch",
          "[autograd][in_place]") {
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const std::vector<Tensor> x = inputs();
      const Tensor y = c.f(x[0], x[1], x[2]);
      Tensor penalty = zeros({}, {.dtype = float64});
      for (const Tensor& g : grad({y}, x, {.create_graph = true, .allow_unused = true})) {
        if (g.defined()) penalty = penalty + (g * g).sum();
      }
      const auto second = penalty.requires_grad() ? grad({penalty}, x, {.allow_unused = true})
                                                  : std::vector<Tensor>(3);
      for (std::size_t i = 0; i < x.size(); ++i) {
        INFO("input " << i);
        check_close(or_zeros(second[i], x[i]), c.second[i]);
      }
    }
  }
}

TEST_CASE("in-place changes through views pass the gradient check", "[autograd][in_place]") {
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const auto result =
          gradcheck([&](const std::vector<Tensor>& x) { return c.f(x[0], x[1], x[2]); }, inputs());
      INFO(result.text());
      CHECK(result);
    }
  }
}
