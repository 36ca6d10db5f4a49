// What has no weight, or no gradient, hides NaN and infinity in derivatives as well: 0, at the
// first order and at those that are recorded.
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "ops/loss/weighted_logits.hpp"
#include "ops/weighted.hpp"
#include "support/catch.hpp"
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

Tensor variable(std::vector<double> values) {
  return Tensor::from_vector(std::move(values)).requires_grad_();
}

std::vector<double> pulled(const Tensor& y, const Tensor& x, std::vector<double> g) {
  return grad({y}, {x}, {.grad_outputs = {Tensor::from_vector(std::move(g))}})[0]
      .to_vector<double>();
}

}  // namespace

TEST_CASE("a weight of 0 hides what flows back, and no gradient hides an infinite loss",
          "[ops][weighted]") {
  const Tensor weight = variable({0, 2});
  const Tensor loss = variable({3, infinite});
  const Tensor y = weighted(weight, loss);
  CHECK(y.to_vector<double>() == std::vector<double>{0, infinite});
  const std::vector<double> by_loss = pulled(weighted(weight, loss), loss, {not_a_number, 1});
  CHECK(by_loss == std::vector<double>{0, 2});
  const std::vector<double> by_weight = pulled(y, weight, {1, 0});
  CHECK(by_weight == std::vector<double>{3, 0});
}

TEST_CASE("an element without a gradient has none by its target, even if it is NaN",
          "[ops][weighted]") {
  const Tensor x = Tensor::from_vector(std::vector<double>{not_a_number, 0.25});
  const Tensor target = variable({1, 1});
  const Tensor loss = nn::binary_cross_entropy(x, target, {.reduction = Reduction::none});
  const std::vector<double> by_target = pulled(loss, target, {0, 1});
  CHECK(by_target[0] == 0);
  CHECK(by_target[1] == Approx(std::log(3.0)).epsilon(1e-14));  // -log(x / (1 - x))
}

TEST_CASE("weights of 0 hide a logit that is NaN at orders 1 and 2", "[ops][weighted]") {
  const Tensor x = variable({not_a_number, -50});
  const Tensor no = Tensor::from_vector(std::vector<double>{0, 2});
  const Tensor yes = Tensor::from_vector(std::vector<double>{0, 0});
  const Tensor by_x = grad({weighted_logits(no, yes, x)}, {x},
                           {.grad_outputs = {ones_like(no)}, .create_graph = true})[0];
  const std::vector<double> first = by_x.to_vector<double>();
  const std::vector<double> second = pulled(by_x, x, {1, 1});
  CHECK(first[0] == 0);
  CHECK(second[0] == 0);
  CHECK(first[1] == Approx(2 * std::exp(-50.0)).epsilon(1e-14));
  CHECK(second[1] == Approx(2 * std::exp(-50.0)).epsilon(1e-14));
}

TEST_CASE("one weight that isn't 0 shows a logit that is NaN in recorded derivatives",
          "[ops][weighted]") {
  const Tensor x = variable({not_a_number, not_a_number});
  const Tensor no = Tensor::from_vector(std::vector<double>{0, 2});
  const Tensor yes = Tensor::from_vector(std::vector<double>{2, 0});
  const std::vector<double> by_x = grad({weighted_logits(no, yes, x)}, {x},
                                        {.grad_outputs = {ones_like(no)}, .create_graph = true})[0]
                                       .to_vector<double>();
  CHECK(std::isnan(by_x[0]));
  CHECK(std::isnan(by_x[1]));
  CHECK(pulled(weighted_logits(no, yes, x), x, {0, 0}) == std::vector<double>{0, 0});
}

TEST_CASE("a softmax of one number that is NaN has a gradient that is NaN", "[ops][softmax]") {
  const Tensor x = tensor(not_a_number, {.dtype = float64}).requires_grad_();
  for (const bool recorded : {false, true}) {
    const GradOptions options{.create_graph = recorded};
    CHECK(std::isnan(grad({log_softmax(x, 0)}, {x}, options)[0].item<double>()));
    CHECK(std::isnan(grad({softmax(x, 0)}, {x}, options)[0].item<double>()));
  }
}

TEST_CASE("what a line of NaN without a gradient hides isn't hidden in other lines, at any order",
          "[ops][softmax]") {
  const Tensor x = Tensor::from_vector(std::vector<double>{not_a_number, 0, 0, std::log(3.0)})
                       .view({2, 2})
                       .requires_grad_();
  const Tensor g = zeros({2, 2}, {.dtype = float64}).requires_grad_();
  const Tensor y = softmax(x, 1);
  const Tensor by_x = grad({y}, {x}, {.grad_outputs = {g}, .create_graph = true})[0];
  CHECK(by_x.to_vector<double>() == std::vector<double>{0, 0, 0, 0});
  const Tensor seen = Tensor::from_vector(std::vector<double>{1, 0, 1, 0}).view({2, 2});
  const std::vector<double> by_g =
      grad({by_x}, {g}, {.grad_outputs = {seen}})[0].to_vector<double>();
  CHECK(by_g[0] == 0);
  CHECK(by_g[1] == 0);
  CHECK(by_g[2] == Approx(0.25 * 0.75).epsilon(1e-14));  // of y = 1/4, 3/4
  CHECK(by_g[3] == Approx(-0.25 * 0.75).epsilon(1e-14));
}

TEST_CASE("sign is 1, -1, 0 or NaN", "[ops][pointwise]") {
  std::vector<double> of = {2.5, -0.5, 0, -0.0, infinite, -infinite, not_a_number};
  const std::vector<double> wanted = {1, -1, 0, 0, 1, -1};
  const std::vector<double> found = sign(Tensor::from_vector(std::move(of))).to_vector<double>();
  CHECK(std::vector<double>(found.begin(), found.end() - 1) == wanted);
  CHECK(std::isnan(found.back()));
}
