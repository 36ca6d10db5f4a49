#include <cmath>

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("Linear computes x @ weight.T + bias over leading dimensions", "[nn][linear]") {
  nn::Linear linear(3, 2, {.dtype = float64});
  const Tensor x = test::spread({4, 5, 3}, -1, 1);
  const auto w = linear.weight.to_vector<double>();
  const auto b = linear.bias.to_vector<double>();
  const auto in = x.to_vector<double>();
  std::vector<double> expected;
  for (std::size_t row = 0; row < 20; ++row) {
    for (std::size_t out = 0; out < 2; ++out) {
      double y = b[out];
      for (std::size_t k = 0; k < 3; ++k) y += in[row * 3 + k] * w[out * 3 + k];
      expected.push_back(y);
    }
  }
  const Tensor y = linear(x);
  // A sum of four products: a few roundings.
  CHECK(test::difference(y, Tensor::from_vector(std::move(expected), {4, 5, 2}), 1e-14, 1e-15) ==
        "");
  CHECK(linear(ones({3}, {.dtype = float64})).shape() == Shape{2});
}

TEST_CASE("Linear has right derivatives for input, weight and bias", "[nn][linear]") {
  nn::Linear linear(3, 2, {.dtype = float64});
  const Tensor x = test::spread({4, 3}, -1, 1).requires_grad_();
  const auto f = [&](const std::vector<Tensor>& in) { return linear(in[0]); };
  CHECK(gradcheck(f, {x, linear.weight, linear.bias}));
}

TEST_CASE("Linear begins uniform within one over the root of its inputs", "[nn][linear]") {
  manual_seed(3);
  const nn::Linear linear(64, 200);
  for (const Tensor& p : linear.parameters()) {
    const auto values = p.to_vector<double>();
    double largest = 0;
    double squares = 0;
    for (const double v : values) {
      largest = std::max(largest, std::abs(v));
      squares += v * v;
    }
    const double bound = 1 / std::sqrt(64.0);
    CHECK(largest <= bound);
    CHECK(largest > 0.95 * bound);
    // The variance of a uniform distribution is bound^2 / 3; that of x^2 is bound^4 * 4 / 45.
    const double n = static_cast<double>(values.size());
    CHECK(std::abs(squares / n - bound * bound / 3) < 4 * bound * bound * std::sqrt(4.0 / 45 / n));
  }
}

TEST_CASE("the same seed begins with the same Linear", "[nn][linear]") {
  manual_seed(7);
  const nn::Linear a(3, 2);
  manual_seed(7);
  const nn::Linear b(3, 2);
  CHECK(a.weight.to_vector<float>() == b.weight.to_vector<float>());
  CHECK(a.bias.to_vector<float>() == b.bias.to_vector<float>());
  CHECK(a.weight.to_vector<float>() != nn::Linear(3, 2).weight.to_vector<float>());
}

TEST_CASE("Linear names the sizes that don't fit", "[nn][linear]") {
  nn::Linear linear(3, 2);
  CHECK_THROWS_WITH(linear(ones({5, 4})),
                    "linear: the last size isn't in_features: x is [5, 4], "
                    "weight is [2, 3] [out_features, in_features]");
  CHECK_THROWS_AS(linear(ones({})), ShapeError);
  CHECK_THROWS_AS(linear(ones({5, 3}, {.dtype = float64})), DTypeError);
  CHECK_THROWS_AS(nn::Linear(-1, 2), ShapeError);
  CHECK(nn::Linear(0, 2)(ones({4, 0})).to_vector<float>() == std::vector<float>(8, 0));
  CHECK(linear(ones({0, 3})).shape() == Shape{0, 2});
}
