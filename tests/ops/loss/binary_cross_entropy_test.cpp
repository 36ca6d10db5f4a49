#include "tapegrad/ops/loss/binary_cross_entropy.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

Tensor vector(std::vector<double> values) { return Tensor::from_vector(std::move(values)); }

}  // namespace

TEST_CASE("binary_cross_entropy stays finite at 0 and 1", "[ops][loss]") {
  const Tensor p = vector({0, 0, 1, 1}).requires_grad_();
  const Tensor y = vector({0, 1, 0, 1});
  const Tensor loss = nn::binary_cross_entropy(p, y, {.reduction = Reduction::none});
  // As in PyTorch: logarithms end at -100, and the gradient at 1e12.
  CHECK(loss.to_vector<double>() == std::vector<double>{0, 100, 100, 0});
  loss.sum().backward();
  CHECK(test::difference(p.grad(), vector({0, -1e12, 1e12, 0}), 1e-15, 0) == "");
}

TEST_CASE("binary_cross_entropy names the first input that is no probability", "[ops][loss]") {
  const Tensor x = Tensor::from_vector<float>({0.5, 1, 0, 0.25, 1.5, -2}, {3, 2});
  CHECK_THROWS_WITH(nn::binary_cross_entropy(x, zeros({3, 2})),
                    "binary_cross_entropy: input 1.5 at [2, 0] is outside [0, 1]; apply sigmoid() "
                    "first, or use binary_cross_entropy_with_logits");
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(std::isnan(nn::binary_cross_entropy(full({2}, nan), zeros({2})).item<double>()));
}

TEST_CASE("losses with logits keep their digits where the sigmoid has none", "[ops][loss]") {
  const auto loss = [](double x, double y) {
    return nn::binary_cross_entropy_with_logits(vector({x}), vector({y})).item<double>();
  };
  CHECK(loss(1000, 0) == 1000);
  CHECK(loss(-1000, 1) == 1000);
  CHECK(loss(1000, 1) == 0);
  CHECK(loss(50, 1) == Approx(std::exp(-50.0)).epsilon(1e-14));
  CHECK(loss(-50, 0) == Approx(std::exp(-50.0)).epsilon(1e-14));
}

TEST_CASE("weights of a loss broadcast and are checked", "[ops][loss]") {
  const Tensor x = test::spread({2, 3}, 0.1, 0.9);
  const Tensor y = test::spread({2, 3}, 0.1, 0.9, 3);
  const Tensor w = vector({1, 2, 4});
  const Tensor plain = nn::binary_cross_entropy(x, y, {.reduction = Reduction::none});
  CHECK(test::difference(nn::binary_cross_entropy(x, y, {.weight = w}), mean(plain * w), 1e-15,
                         0) == "");
  CHECK_THROWS_WITH(nn::binary_cross_entropy(x, y, {.weight = zeros({2})}),
                    "binary_cross_entropy: weight of shape [2] doesn't broadcast to the input's "
                    "[2, 3]");
  CHECK_THROWS_AS(nn::binary_cross_entropy_with_logits(x, y, {.pos_weight = zeros({3, 3})}),
                  ShapeError);
}

TEST_CASE("a target may be integers or booleans", "[ops][loss]") {
  Tensor x = Tensor::from_vector<float>({-1, 2, 3}).requires_grad_();
  const Tensor y = Tensor::from_vector<float>({0, 1, 1});
  const Tensor loss = nn::binary_cross_entropy_with_logits(x, y);
  for (const DType dtype : {int64, uint8, boolean}) {
    const Tensor same = nn::binary_cross_entropy_with_logits(x, y.to(dtype));
    CHECK(same.dtype() == float32);
    CHECK(same.item<float>() == loss.item<float>());
    x.set_grad(Tensor());
    same.backward();
    CHECK(x.grad().dtype() == float32);
  }
}
