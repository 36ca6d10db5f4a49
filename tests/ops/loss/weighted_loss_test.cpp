// Weights in losses: digits under large weights, what a weight of 0 masks, and the element type in
// which input, target and weights meet.
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

using Numbers = std::vector<double>;
using Loss = std::function<Tensor(const Tensor&)>;

Tensor vector(Numbers values) { return Tensor::from_vector(std::move(values)); }

/// The gradient of the sum of f, and the derivative of the sum of that gradient.
struct Gradients {
  Tensor first;
  Tensor recorded;
  Tensor second;
};

Gradients gradients(const Loss& f, const Tensor& at) {
  const Tensor x = at.detach().clone().requires_grad_();
  const Tensor first = grad({sum(f(x))}, {x})[0];
  const Tensor recorded = grad({sum(f(x))}, {x}, {.create_graph = true})[0];
  return {first, recorded.detach(), grad({sum(recorded)}, {x})[0]};
}

std::string differs(const Tensor& got, Numbers expected, double relative = 1e-12) {
  return test::difference(got, vector(std::move(expected)), relative, 0);
}

Tensor logits_loss(const Tensor& x, double target, const Tensor& weight,
                   const Tensor& pos_weight = {}) {
  return nn::binary_cross_entropy_with_logits(
      x, full_like(x, target),
      {.weight = weight, .pos_weight = pos_weight, .reduction = Reduction::none});
}

Tensor log_loss(const Tensor& x, double target, const Tensor& weight) {
  return nn::binary_cross_entropy(x, full_like(x, target),
                                  {.weight = weight, .reduction = Reduction::none});
}

}  // namespace

TEST_CASE("weighted losses have their derivatives", "[ops][loss][table]") {
  const auto weighted = [](const test::Tensors& x) {
    return nn::binary_cross_entropy_with_logits(x[0], x[1], {.weight = x[2], .pos_weight = x[3]});
  };
  // Beyond -40 the first derivative is a power of e alone.
  const auto recorded = [](const test::Tensors& x) {
    const EnableGrad guard;  // under the NoGrad of numeric derivatives too
    const Tensor loss = nn::binary_cross_entropy_with_logits(
        x[0] + 42, ones_like(x[0]), {.weight = 1e18 * x[1], .reduction = Reduction::sum});
    return grad({loss}, {x[0]}, {.create_graph = true})[0];
  };
  const auto to_target = [](const test::Tensors& x) {
    const EnableGrad guard;
    const Tensor y = full_like(x[0], 0.25).requires_grad_();
    return grad({nn::binary_cross_entropy(x[0], y, {.reduction = Reduction::sum})}, {y},
                {.create_graph = true})[0];
  };
  const auto curve = [to_target](const test::Tensors& x) {
    const EnableGrad guard;
    return grad({sum(to_target(x))}, {x[0]}, {.create_graph = true})[0];
  };
  test::check_rows({
      {.name = "weighted_logits",
       .f = weighted,
       .inputs = {{{2, 3}, -4, 4}, {{2, 3}, 0.1, 0.9}, {{3}, 0.5, 2}, {{2, 1}, 0.5, 2}},
       .never_empty = "the mean of nothing is NaN"},
      {.name = "scaled_exp",
       .f = recorded,
       .inputs = {{{2, 3}, -1, 1}, {{2, 3}, 0.5, 2}},
       .empty_inputs = {{0, 3}, {0, 3}},
       .empty_result = {0, 3},
       // x + 42 is rounded to 24 bits.
       .float32_tolerance = 1e-5,
       .never_narrow = "its numbers are beyond float16"},
      {.name = "binary_cross_entropy_target",
       .f = to_target,
       .inputs = {{{2, 3}, 0.05, 0.95}},
       .empty_inputs = {{0, 3}},
       .empty_result = {0, 3}},
      {.name = "binary_cross_entropy_inverse",
       .f = curve,
       .inputs = {{{2, 3}, 0.05, 0.95}},
       .empty_inputs = {{0, 3}},
       .empty_result = {0, 3}},
  });
}

TEST_CASE("a large weight beside a tiny loss keeps the digits", "[ops][loss][digits]") {
  struct Case {
    DType dtype;
    double weight;
    double x;
  };
  // e^-x alone is subnormal or 0; its product with the weight isn't.
  const Case cases[] = {{float32, 1e3, 90},     {float32, 1e20, 130}, {float32, 3e38, 160},
                        {float32, 3e38, 39},    {float32, 7, 41},     {float64, 1e3, 710},
                        {float64, 1e300, 1400}, {float64, 5, 36}};
  for (const Case& c : cases) {
    for (const double target : {0.0, 1.0}) {
      CAPTURE(c.weight, c.x, target);
      const double x = target == 0 ? -c.x : c.x;
      const Tensor at = full({1}, x, {.dtype = c.dtype});
      const Tensor w = full({1}, c.weight, {.dtype = c.dtype});
      // softplus(-c.x), sigmoid(-c.x) and the product of that with sigmoid(c.x).
      const long double weight = w.item<double>();
      const long double e = std::exp(-static_cast<long double>(c.x));
      const auto loss = static_cast<double>(weight * std::log1p(e));
      const auto slope = static_cast<double>((target == 0 ? 1 : -1) * weight * e / (1 + e));
      const auto curve = static_cast<double>(weight * e / ((1 + e) * (1 + e)));
      const double few = c.dtype == float32 ? 1e-6 : 3e-15;
      std::vector<Loss> ways{[&](const Tensor& v) { return logits_loss(v, target, w); }};
      if (target == 1) ways.push_back([&](const Tensor& v) { return logits_loss(v, 1, {}, w); });
      for (const Loss& f : ways) {
        CHECK(differs(f(at), {loss}, few) == "");
        const Gradients got = gradients(f, at);
        CHECK(differs(got.first, {slope}, few) == "");
        CHECK(differs(got.recorded, {slope}, few) == "");
        CHECK(differs(got.second, {curve}, few) == "");
      }
    }
  }
}

TEST_CASE("the gradient of a weight has the digits of the loss", "[ops][loss][digits]") {
  // The loss is subnormal, a thousand of it are not.
  for (const DType dtype : {float32, float64}) {
    const double x = dtype == float32 ? 90 : 710;
    Tensor weight = full({1}, 0.5, {.dtype = dtype, .requires_grad = true});
    sum(1e3 * logits_loss(full({1}, -x, {.dtype = dtype}), 0, weight)).backward();
    const auto expected = static_cast<double>(1000 * std::exp(static_cast<long double>(-x)));
    CHECK(differs(weight.grad(), {expected}, dtype == float32 ? 1e-6 : 3e-15) == "");
  }
}

TEST_CASE("a weight of 0 masks NaN and infinity in values and gradients",
          "[ops][choice][loss][nan]") {
  const Tensor weight = vector({0, 2});
  for (const double bad : {not_a_number, infinite, -infinite}) {
    for (const double target : {0.0, 1.0}) {
      CAPTURE(bad, target);
      const Loss f = [&](const Tensor& x) { return logits_loss(x, target, weight); };
      CHECK(differs(f(vector({bad, 0})), {0, 2 * std::log(2.0)}) == "");
      const Gradients got = gradients(f, vector({bad, 0}));
      CHECK(differs(got.first, {0, target == 0 ? 1.0 : -1.0}) == "");
      CHECK(differs(got.recorded, {0, target == 0 ? 1.0 : -1.0}) == "");
      CHECK(differs(got.second, {0, 0.5}) == "");
    }
  }
  const Loss of_probability = [&](const Tensor& x) { return log_loss(x, 1, weight); };
  const Gradients got = gradients(of_probability, vector({not_a_number, 0.5}));
  CHECK(differs(of_probability(vector({not_a_number, 0.5})), {0, 2 * std::log(2.0)}) == "");
  CHECK(differs(got.first, {0, -4}) == "");
  CHECK(differs(got.recorded, {0, -4}) == "");
  CHECK(differs(got.second, {0, 8}) == "");
}

TEST_CASE("at a weight of 0 the derivatives by the weight are right", "[ops][choice][loss]") {
  // d/dw of w (p - y) is p - y, whatever w is.
  Tensor w = vector({0, 2}).requires_grad_();
  Tensor x = vector({0.25, 0.25}).requires_grad_();
  const auto mixed = [&](const Tensor& loss) {
    const Tensor g = grad({sum(loss)}, {x}, {.create_graph = true})[0];
    return grad({sum(g)}, {w})[0];
  };
  const double p = 1 / (1 + std::exp(-0.25));
  CHECK(differs(mixed(logits_loss(x, 0, w)), {p, p}) == "");
  CHECK(differs(mixed(log_loss(x, 0, w)), {4.0 / 3, 4.0 / 3}) == "");
}

TEST_CASE("ignored rows and classes of weight 0 give no gradient, whatever they hold",
          "[ops][choice][loss][nan]") {
  const Tensor labels = Tensor::from_vector<std::int64_t>({-100, 0, 1});
  const Tensor weight = vector({1, 0});
  const auto check = [&](const Loss& f, const Tensor& x, double value, Numbers first) {
    CHECK(f(x).item<double>() == Approx(value));
    const Gradients got = gradients(f, x);
    CHECK(differs(got.first.flatten(), first) == "");
    CHECK(differs(got.recorded.flatten(), first) == "");
    CHECK(differs(got.second.flatten(), Numbers(first.size(), 0)) == "");
  };
  for (const double bad : {-infinite, infinite, not_a_number}) {
    CAPTURE(bad);
    const Tensor x = vector({bad, bad, 0, 0, bad, bad}).reshape({3, 2});
    const Loss entropy = [&](const Tensor& v) {
      return nn::cross_entropy(v, labels, {.weight = weight, .reduction = Reduction::sum});
    };
    check(entropy, x, std::log(2.0), {0, 0, -0.5, 0.5, 0, 0});
    const Loss smooth = [&](const Tensor& v) {
      return nn::cross_entropy(v, labels.slice(0, 0, 2), {.label_smoothing = 0.5});
    };
    check(smooth, x.slice(0, 0, 2), std::log(2.0), {0, 0, -0.25, 0.25});
    Tensor picked = x.clone().requires_grad_();
    nn::nll_loss(picked, labels, {.weight = weight}).backward();
    CHECK(differs(picked.grad().flatten(), {0, 0, -1, 0, 0, 0}) == "");
  }
}

TEST_CASE("slices that nobody asks for have no gradient of their softmax", "[ops][choice][nan]") {
  const Tensor kept = Tensor::from_vector<double>({0, 1}).reshape({2, 1}) != 0;
  const Loss functions[] = {
      [&](const Tensor& x) { return where(kept, softmax(x, 1), 0)[1][0]; },
      [&](const Tensor& x) { return where(kept, log_softmax(x, 1), 0)[1][0]; },
      [&](const Tensor& x) { return where(kept, logsumexp(x, 1, keepdim), 0); },
  };
  const Numbers first[] = {{0, 0, 0.25, -0.25}, {0, 0, 0.5, -0.5}, {0, 0, 0.5, 0.5}};
  for (std::size_t i = 0; i < 3; ++i) {
    CAPTURE(i);
    for (const double bad : {-infinite, not_a_number}) {
      const Tensor x = vector({bad, bad, 0, 0}).reshape({2, 2});
      const Gradients got = gradients(functions[i], x);
      CHECK(differs(got.first.flatten(), first[i]) == "");
      CHECK(differs(got.recorded.flatten(), first[i]) == "");
      CHECK(differs(got.second.flatten(), {0, 0, 0, 0}) == "");
    }
  }
}

TEST_CASE("a class of weight 0 takes no infinite gradient", "[ops][choice][loss]") {
  // The square root has an infinite derivative at a loss of 0.
  Tensor x = vector({0, 0, -0.25, -4}).reshape({2, 2}).requires_grad_();
  const Tensor labels = Tensor::from_vector<std::int64_t>({1, 0});
  const Tensor losses =
      nn::nll_loss(x, labels, {.weight = vector({1, 0}), .reduction = Reduction::none});
  sum(sqrt(losses)).backward();
  CHECK(differs(x.grad().reshape({4}), {0, 0, -1, 0}) == "");
}

TEST_CASE("losses are computed in the type in which their arguments meet", "[ops][loss][types]") {
  const Tensor x = test::spread({4, 3}, 0.1, 0.9).to(float32);
  const Tensor y = test::spread({4, 3}, 0.1, 0.9, 3).to(float32);
  const Tensor w = test::spread({3}, 0.5, 2, 5);
  const Tensor labels = Tensor::from_vector<std::int64_t>({0, 2, 1, 1});
  using Weighted = std::function<Tensor(const Tensor&, const Tensor&, const Tensor&)>;
  const Weighted losses[] = {
      [](auto& a, auto& b, auto& c) { return nn::binary_cross_entropy(a, b, {.weight = c}); },
      [](auto& a, auto& b, auto& c) {
        return nn::binary_cross_entropy_with_logits(a, b, {.weight = c});
      },
      [](auto& a, auto& b, auto& c) {
        return nn::binary_cross_entropy_with_logits(a, b, {.pos_weight = c});
      },
      [&](auto& a, auto&, auto& c) { return nn::nll_loss(a, labels, {.weight = c}); },
      [&](auto& a, auto&, auto& c) { return nn::cross_entropy(a, labels, {.weight = c}); },
      [](auto& a, auto& b, auto& c) { return nn::cross_entropy(a, b, {.weight = c}); },
  };
  for (const Weighted& loss : losses) {
    const Tensor exact = loss(x.to(float64), y.to(float64), w);
    const Tensor mixed = loss(x, y, w);
    CHECK(mixed.dtype() == float64);
    CHECK(mixed.item<double>() == Approx(exact.item<double>()).epsilon(1e-15));
    CHECK(loss(x, y, w.to(float32)).dtype() == float32);
    CHECK(loss(x, y, ones({3}, {.dtype = int64})).dtype() == float32);
  }
  // As in arithmetic, a number alone doesn't decide.
  CHECK(nn::binary_cross_entropy(x, y, {.weight = full({}, 2, {.dtype = float64})}).dtype() ==
        float32);
}
