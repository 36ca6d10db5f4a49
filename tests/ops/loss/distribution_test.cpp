#include "tapegrad/ops/loss/distribution.hpp"

#include <cmath>

#include "ops/loss/torch_losses.hpp"

using namespace tapegrad;
using test::Tensors;

namespace {

const test::LossInputs in;

std::vector<test::LossCase> distributions() {
  using namespace nn;
  return {
      {"kl_div",
       [](const Tensors& v) { return kl_div(v[0], v[1], {.batchmean = true}); },
       {in.x, in.q}},
      {"kl_div of logarithms",
       [](const Tensors& v) {
         return kl_div(v[0], v[1], {.reduction = Reduction::sum, .log_target = true});
       },
       {in.x, in.y}},
      {"poisson_nll_loss",
       [](const Tensors& v) { return poisson_nll_loss(v[0], in.counts, {.full = true}); },
       {in.x}},
      {"poisson_nll_loss of rates",
       [](const Tensors& v) { return poisson_nll_loss(v[0], v[1], {.log_input = false}); },
       {in.p, in.q}},
      {"gaussian_nll_loss",
       [](const Tensors& v) {
         return gaussian_nll_loss(v[0], v[1], v[2], {.full = true, .reduction = Reduction::none});
       },
       {in.x, in.y, in.p}},
      {"gaussian_nll_loss of rows",
       [](const Tensors& v) { return gaussian_nll_loss(v[0], v[1], v[2]); },
       {in.x, in.y, in.p.select(1, 0)}},
  };
}

}  // namespace

TEST_CASE("losses of distributions are torch's", "[ops][loss]") {
  test::check_losses(distributions());
}

TEST_CASE("a divergence from nothing is 0", "[ops][loss]") {
  CHECK(nn::kl_div(tensor({-1.0}), tensor({0.0})).item<double>() == 0);
}

TEST_CASE("a variance below eps counts as that, and has its derivative", "[ops][loss]") {
  const Tensor var = tensor({0.25}, {.dtype = float64}).requires_grad_();
  const Tensor loss =
      nn::gaussian_nll_loss(tensor({3.0}, {.dtype = float64}), tensor({1.0}), var, {.eps = 0.5});
  // (log(v) + 2^2 / v) / 2 and (1 / v - 2^2 / v^2) / 2 at 1/2, right to a rounding.
  CHECK(loss.item<double>() == Approx((std::log(0.5) + 8) / 2).epsilon(1e-15));
  CHECK(grad({loss}, {var})[0].item<double>() == Approx(-7).epsilon(1e-15));
}

TEST_CASE("losses of distributions refuse what does not fit, and say what it was", "[ops][loss]") {
  const Tensor x = zeros({4, 3});
  test::check_refusals({
      {[&] { nn::kl_div(x[0][0], x[0][0], {.batchmean = true}); },
       "kl_div: batchmean needs a first dimension; the input has rank 0"},
      {[&] { nn::gaussian_nll_loss(x, x, x - 1); },
       "gaussian_nll_loss: the variance at [0, 0] is -1; it is not negative"},
      {[&] { nn::gaussian_nll_loss(x, x, zeros({3})); },
       "gaussian_nll_loss: var is [3], input is [4, 3]; it needs the input's shape, or that with 1 "
       "for some sizes, or without its last dimension"},
      {[&] { nn::gaussian_nll_loss(x, x, x, {.eps = 0}); },
       "gaussian_nll_loss: eps is 0; it must be above 0"},
  });
}
