#include <cmath>

#include "support/catch.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("Dropout keeps its fraction and scales what it keeps", "[nn][dropout]") {
  manual_seed(11);
  const double p = 0.3;
  nn::Dropout dropout(p);
  const std::int64_t n = 100000;
  const auto y = dropout(ones({n}, {.dtype = float64})).to_vector<double>();
  std::int64_t kept = 0;
  for (const double v : y) {
    if (v == 0) continue;
    ++kept;
    REQUIRE(v == Approx(1 / (1 - p)).epsilon(1e-15));
  }
  // A binomial count: four standard errors.
  const double error = std::sqrt(p * (1 - p) / static_cast<double>(n));
  CHECK(std::abs(static_cast<double>(kept) / static_cast<double>(n) - (1 - p)) < 4 * error);
}

TEST_CASE("Dropout does nothing in eval mode and follows the seed in training", "[nn][dropout]") {
  nn::Sequential net(nn::Dropout(0.5));
  const Tensor x = ones({64});
  manual_seed(2);
  const auto first = net(x).to_vector<float>();
  const auto second = net(x).to_vector<float>();
  CHECK(first != second);
  manual_seed(2);
  CHECK(net(x).to_vector<float>() == first);
  net.eval();
  CHECK(net(x).is_same(x));
  net.train();
  CHECK_FALSE(net(x).is_same(x));
}

TEST_CASE("the gradient of dropout is dropped where its output is", "[nn][dropout]") {
  const Tensor x = ones({200}, {.requires_grad = true});
  const Tensor y = nn::dropout(x, 0.4);
  y.sum().backward();
  CHECK(x.grad().to_vector<float>() == y.to_vector<float>());  // y = mask * 1
}

TEST_CASE("what dropout drops may be infinite, and so may its gradient", "[nn][dropout]") {
  const Tensor infinite = full({200}, INFINITY);
  for (const float v : nn::dropout(infinite, 0.4).to_vector<float>()) {
    CHECK((v == 0 || v == INFINITY));
  }
  // The slope of sqrt is infinite where dropout has put a 0.
  const Tensor x = full({200}, 4.0F, {.requires_grad = true});
  sqrt(nn::dropout(x, 0.5)).sum().backward();
  // sqrt(2 x) has the slope 1 / sqrt(2 x), which is 1 / sqrt(8) at 4.
  for (const float g : x.grad().to_vector<float>()) {
    CHECK((g == 0 || std::abs(g - 1 / std::sqrt(8.0F)) < 1e-7F));
  }
}

TEST_CASE("Dropout at the ends of its range", "[nn][dropout]") {
  const Tensor x = ones({16});
  CHECK(nn::dropout(x, 0).is_same(x));
  CHECK(nn::dropout(x, 1).to_vector<float>() == std::vector<float>(16, 0));
  CHECK_THROWS_WITH(nn::Dropout(1.5), "dropout: p is 1.5; a probability lies in [0, 1]");
  CHECK_THROWS_AS(nn::dropout(x, -0.1), Error);
  CHECK_THROWS_AS(nn::dropout(zeros({2}, {.dtype = int64})), DTypeError);
  CHECK(to_string(nn::Dropout(0.25)) == "Dropout(p=0.25)");
}

TEST_CASE("dropout of channels drops whole ones", "[nn][dropout]") {
  manual_seed(3);
  const Tensor x = ones({20, 10, 3, 2});
  const auto y = nn::Dropout2d(0.4)(x).to_vector<float>();
  std::size_t dropped = 0;
  for (std::size_t channel = 0; channel < 200; ++channel) {
    const float first = y[channel * 6];
    CHECK((first == 0 || std::abs(first - 1 / 0.6F) < 1e-6F));
    for (std::size_t i = 0; i < 6; ++i) CHECK(y[channel * 6 + i] == first);
    dropped += first == 0 ? 1 : 0;
  }
  // 200 draws of 0.4: four standard errors are 28.
  CHECK((dropped > 52 && dropped < 108));
  CHECK(nn::Dropout1d()(ones({4, 3})).shape() == Shape{4, 3});
  CHECK(nn::Dropout3d()(ones({4, 3, 1, 1, 2})).shape() == Shape{4, 3, 1, 1, 2});
  nn::Dropout2d off(0.9);
  off.eval();
  CHECK(off(x).is_same(x));
  CHECK(to_string(off) == "Dropout2d(p=0.9)");
  CHECK_THROWS_WITH(nn::channel_dropout(ones({2}), 1),
                    "channel_dropout: x is [2]; it needs [n, channels] or [channels] and 1 sizes");
}
