#include "tapegrad/ops/loss/regression.hpp"

#include <cmath>
#include <limits>

#include "ops/loss/torch_losses.hpp"
#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Tensors;

namespace {

const test::LossInputs in;

std::vector<test::LossCase> regressions() {
  using namespace nn;
  return {
      {"huber_loss",
       [](const Tensors& v) {
         return huber_loss(v[0], v[1], {.reduction = Reduction::none, .delta = 0.7});
       },
       {in.x, in.y}},
      {"smooth_l1_loss",
       [](const Tensors& v) { return smooth_l1_loss(v[0], v[1], {.beta = 1.5}); },
       {in.x, in.y}},
      {"smooth_l1_loss of 0",
       [](const Tensors& v) { return smooth_l1_loss(v[0], v[1], {.beta = 0}); },
       {in.x, in.y}},
  };
}

}  // namespace

TEST_CASE("a loss of pairs that lie differently has the gradients of those that lie alike",
          "[ops][loss]") {
  const Tensor a = test::spread({3, 4}, -1, 1), b = test::spread({3, 4}, 0, 2, 1);
  const auto turned = [](const Tensor& x) {
    return x.transpose(0, 1).contiguous().transpose(0, 1);
  };
  const auto gradients = [](Tensor x, Tensor y) {
    x.requires_grad_();
    y.requires_grad_();
    nn::mse_loss(x, y).backward();
    return std::vector{x.grad(), y.grad()};
  };
  const std::vector<Tensor> alike = gradients(a.clone(), b.clone());
  for (const bool first : {true, false}) {
    const std::vector<Tensor> g =
        gradients(first ? turned(a) : a.clone(), first ? b.clone() : turned(b));
    for (std::size_t i = 0; i < 2; ++i) CHECK(test::difference(g[i], alike[i], 0, 0) == "");
  }
}

TEST_CASE("a long mean of losses loses no digits to its order", "[ops][loss]") {
  const Tensor x = test::spread({1000, 37}, -1, 1).to(float32);
  const Tensor y = test::spread({1000, 37}, -1, 1, 5).to(float32);
  const std::vector<double> a = x.to_vector<double>();
  const std::vector<double> b = y.to_vector<double>();
  long double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  const double expected = static_cast<double>(sum / 37000);
  for (const test::Arrangement arrangement :
       {test::Arrangement::dense, test::Arrangement::transposed, test::Arrangement::sliced}) {
    CAPTURE(test::name_of(arrangement));
    // The squares are rounded to float32 each; their errors have no preferred sign.
    CHECK(nn::mse_loss(test::laid(x, arrangement), y).item<double>() ==
          Approx(expected).epsilon(1e-7));
  }
}

TEST_CASE("huber_loss is bent up to delta itself", "[ops][loss]") {
  const Tensor x = tensor({-0.75, -0.5, 0.5, 0.75}, {.dtype = float64}).requires_grad_();
  const Tensor loss = nn::huber_loss(x, zeros_like(x), {.reduction = Reduction::sum, .delta = 0.5});
  const Tensor slope = grad(loss, {x}, {.create_graph = true})[0];
  CHECK(slope.to_vector<double>() == std::vector<double>{-0.5, -0.5, 0.5, 0.5});
  CHECK(grad(slope.sum(), {x})[0].to_vector<double>() == std::vector<double>{0, 1, 1, 0});
}

TEST_CASE("losses that grow linearly are torch's", "[ops][loss]") {
  test::check_losses(regressions());
}

TEST_CASE("losses that grow linearly refuse a limit that is none", "[ops][loss]") {
  const Tensor x = zeros({4, 3});
  test::check_refusals({
      {[&] { nn::huber_loss(x, x, {.delta = 0}); }, "huber_loss: delta is 0; it must be above 0"},
      {[&] { nn::smooth_l1_loss(x, x, {.beta = -1}); },
       "smooth_l1_loss: beta is -1; it must not be negative"},
  });
}
