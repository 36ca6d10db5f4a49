#include "tapegrad/ops/loss.hpp"

#include <cmath>
#include <limits>

#include "ops/weighted.hpp"
#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Tensors;

namespace {

using Loss = std::function<Tensor(const Tensor&, const Tensor&, Reduction)>;

const Loss mse = [](const Tensor& x, const Tensor& y, Reduction r) {
  return nn::mse_loss(x, y, {.reduction = r});
};
const Loss l1 = [](const Tensor& x, const Tensor& y, Reduction r) {
  return nn::l1_loss(x, y, {.reduction = r});
};
const Loss huber = [](const Tensor& x, const Tensor& y, Reduction r) {
  return nn::huber_loss(x, y, {.reduction = r, .delta = 1.25});
};
const Loss bce = [](const Tensor& x, const Tensor& y, Reduction r) {
  return nn::binary_cross_entropy(x, y, {.reduction = r});
};
const Loss logits = [](const Tensor& x, const Tensor& y, Reduction r) {
  return nn::binary_cross_entropy_with_logits(x, y, {.reduction = r});
};

test::OpRow row(std::string_view name, const Loss& loss, Reduction r, double low, double high) {
  // The mean of nothing is NaN, so the empty case is that of the sum.
  return {.name = name,
          .f = [loss, r](const Tensors& x) { return loss(x[0], x[1], r); },
          .inputs = {{{2, 3}, low, high}, {{2, 3}, 0.05, 0.95}},
          .empty_inputs = {{0, 3}, {0, 3}},
          .empty_result = r == Reduction::none ? Shape{0, 3} : Shape{},
          .refuses = {
              {"shapes differ: input [4, 1], target [4]",
               [loss, r] {
                 loss(zeros({4, 1}), zeros({4}), r);
               }},
              {"needs a floating-point tensor, got input int64, target int32",
               [loss, r] { loss(zeros({2}, {.dtype = int64}), zeros({2}, {.dtype = int32}), r); }},
              {"undefined", [loss, r] { loss(zeros({2}), Tensor(), r); }}}};
}

Tensor vector(std::vector<double> values) { return Tensor::from_vector(std::move(values)); }

}  // namespace

TEST_CASE("losses of pairs have their derivatives", "[ops][table]") {
  std::vector<test::OpRow> rows;
  for (const Reduction r : {Reduction::none, Reduction::mean, Reduction::sum}) {
    rows.push_back(row("mse_loss", mse, r, -2, 2));
    rows.push_back(row("l1_loss", l1, r, 1, 3));
    rows.push_back(row("huber_loss", huber, r, -2, 3));
    rows.push_back(row("binary_cross_entropy", bce, r, 0.05, 0.95));
    rows.push_back(row("binary_cross_entropy_with_logits", logits, r, -4, 4));
    rows.back().no_third_order =
        "the loss is linear in the target: differences of what rounding leaves of 0 tell nothing";
  }
  rows.push_back({.name = "binary_cross_entropy_slope",
                  .f =
                      [](const Tensors& x) {
                        const EnableGrad guard;  // under the NoGrad of numeric derivatives too
                        const Tensor loss = bce(x[0], x[1], Reduction::sum);
                        return grad({loss}, {x[0]}, {.create_graph = true})[0];
                      },
                  .inputs = {{{2, 3}, 0.05, 0.95}, {{2, 3}, 0.05, 0.95}},
                  .empty_inputs = {{0, 3}, {0, 3}},
                  .empty_result = {0, 3}});
  rows.push_back({.name = "weighted",
                  .f = [](const Tensors& x) { return weighted(x[0], x[1]); },
                  .inputs = {{{3}}, {{2, 3}}},
                  .empty_inputs = {{3}, {0, 3}},
                  .empty_result = {0, 3}});
  test::check_rows(rows);
}

// The expected values of the next test are PyTorch 2.13's, in float64:
//   import torch, torch.nn.functional as F
//   t = lambda *v: torch.tensor(v, dtype=torch.float64, requires_grad=True)
//   x, y = t(-3, -0.5, 0, 0.25, 2, 40), t(0, 1, 0.5, 0.25, 1, 0)
//   p, q = t(0.3, 0.1, 0.5, 0.25, 0.9, 0.2), t(0, 1, 0.5, 0.25, 1, 0)
//   w, v = t(1, 2, 0.5, 1, 3, 0.25), t(2, 3, 0.5, 1.5, 1, 4)
//   loss = F.mse_loss(x, y, reduction="none")   # and so on, with weight=w, pos_weight=v
//   loss.sum().backward(); print(loss, x.grad, y.grad)
TEST_CASE("losses and their gradients agree with PyTorch", "[ops][loss]") {
  struct Case {
    const char* name;
    Loss loss;
    std::vector<double> x;
    std::vector<double> value;
    std::vector<double> to_x;
    std::vector<double> to_y;
  };
  const Tensor w = vector({1, 2, 0.5, 1, 3, 0.25});
  const Tensor v = vector({2, 3, 0.5, 1.5, 1, 4});
  const Loss weighted = [&](const Tensor& x, const Tensor& y, Reduction r) {
    return nn::binary_cross_entropy_with_logits(x, y,
                                                {.weight = w, .pos_weight = v, .reduction = r});
  };
  const std::vector<double> x{-3, -0.5, 0, 0.25, 2, 40};
  const std::vector<double> p{0.3, 0.1, 0.5, 0.25, 0.9, 0.2};
  const Case cases[] = {
      {"mse_loss",
       mse,
       x,
       {9, 2.25, 0.25, 0, 1, 1600},
       {-6, -3, -1, 0, 2, 80},
       {6, 3, 1, 0, -2, -80}},
      {"l1_loss", l1, x, {3, 1.5, 0.5, 0, 1, 40}, {-1, -1, -1, 0, 1, 1}, {1, 1, 1, 0, -1, -1}},
      {"binary_cross_entropy_with_logits",
       logits,
       x,
       {0.048587351573742055, 0.9740769841801067, 0.6931471805599453, 0.7634394198788436,
        0.1269280110429725, 40.0},
       {0.04742587317756678, -0.6224593312018546, 0.0, 0.31217650088579807, -0.11920292202211769,
        1.0},
       {3.0, 0.5, 0.0, -0.25, -2.0, -40.0}},
      {"binary_cross_entropy_with_logits, weighted",
       weighted,
       x,
       {0.048587351573742055, 5.844461905080641, 0.25993019270997947, 0.835431847363699,
        0.3807840331289175, 10.0},
       {0.04742587317756678, -3.734755987211128, 0.0625, 0.2574485634965228, -0.35760876606635306,
        0.25},
       {6.048587351573742, 4.896307936720428, -0.17328679513998632, 0.037969709939421725, -6.0,
        -10.0}},
      {"binary_cross_entropy",
       bce,
       p,
       {0.35667494393873234, 2.3025850929940455, 0.6931471805599453, 0.5623351446188083,
        0.10536051565782628, 0.22314355131420976},
       {1.4285714285714286, -9.999999999999998, 0.0, 0.0, -1.1111111111111112, 1.2499999999999998},
       {0.8472978603872036, 2.197224577336219, 0.0, 1.0986122886681098, -2.1972245773362196,
        1.3862943611198906}},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      double total = 0;
      for (const double value : c.value) total += value;
      for (const Reduction r : {Reduction::none, Reduction::mean, Reduction::sum}) {
        const double share = r == Reduction::mean ? 1.0 / 6 : 1;
        Tensor input = vector(c.x).requires_grad_();
        Tensor target = vector({0, 1, 0.5, 0.25, 1, 0}).requires_grad_();
        const Tensor loss = c.loss(input, target, r);
        // A few roundings of 2^-53.
        if (r == Reduction::none) {
          CHECK(test::difference(loss, vector(c.value), 4e-15, 1e-16) == "");
        } else {
          CHECK(loss.item<double>() == Approx(total * share).epsilon(4e-15));
        }
        loss.backward(ones_like(loss));
        CHECK(test::difference(input.grad(), vector(c.to_x) * share, 4e-15, 1e-16) == "");
        CHECK(test::difference(target.grad(), vector(c.to_y) * share, 4e-15, 1e-16) == "");
      }
    }
  }
}

TEST_CASE("the mean loss of nothing is NaN and its sum is 0", "[ops][loss]") {
  for (const Loss& loss : {mse, l1, bce, logits}) {
    CHECK(std::isnan(loss(zeros({0}), zeros({0}), Reduction::mean).item<double>()));
    CHECK(loss(zeros({0}), zeros({0}), Reduction::sum).item<double>() == 0);
  }
}
