#include "tapegrad/nn/padding.hpp"

#include <vector>

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/fold.hpp"
#include "tapegrad/nn/shape.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using Numbers = std::vector<double>;

TEST_CASE("layers that pad say what is beyond the edges", "[nn][padding]") {
  const Tensor x = arange(1, 4).to(float64).reshape({1, 3});
  CHECK(nn::ConstantPad1d({1, 2}, 7)(x).to_vector<double>() == Numbers{7, 1, 2, 3, 7, 7});
  CHECK(nn::ZeroPad1d({1, 0})(x).to_vector<double>() == Numbers{0, 1, 2, 3});
  CHECK(nn::ReflectionPad1d({2, 1})(x).to_vector<double>() == Numbers{3, 2, 1, 2, 3, 2});
  CHECK(nn::ReplicationPad1d({2, 1})(x).to_vector<double>() == Numbers{1, 1, 1, 2, 3, 3});
  CHECK(nn::CircularPad1d({2, 1})(x).to_vector<double>() == Numbers{2, 3, 1, 2, 3, 1});
  CHECK(nn::ZeroPad2d(1)(x).shape() == Shape{3, 5});
  // As PyTorch prints them.
  CHECK(to_string(nn::ConstantPad2d(1, 2.5)) == "ConstantPad2d(padding=(1, 1, 1, 1), value=2.5)");
  CHECK(to_string(nn::CircularPad1d(1)) == "CircularPad1d((1, 1))");
  CHECK(to_string(nn::Fold({2, 3}, 2)) ==
        "Fold(output_size=(2, 3), kernel_size=2, dilation=1, padding=0, stride=1)");
  CHECK(to_string(nn::Unfold(2)) == "Unfold(kernel_size=2, dilation=1, padding=0, stride=1)");
  CHECK_THROWS_WITH(nn::ZeroPad2d({1, 2}),
                    "Padding: 2 widths; give one, or two for each of 2 dimensions");
  CHECK_THROWS_WITH(nn::ReflectionPad2d(1)(x),
                    "pad: x is [1, 3]; it needs [n, channels] or [channels] and 2 sizes");
}

TEST_CASE("channel_shuffle deals the channels of groups out", "[nn][shape]") {
  const Tensor x = arange(6).reshape({1, 6, 1});
  CHECK(nn::channel_shuffle(x, 2).to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{0, 3, 1, 4, 2, 5});
  CHECK_THROWS_WITH(nn::ChannelShuffle(4)(x),
                    "channel_shuffle: x is [1, 6, 1], of 4 groups; they must divide the channels, "
                    "[n, channels, ...]");
}

TEST_CASE("slopes of rrelu lie between their bounds", "[nn][activation]") {
  manual_seed(1);
  const Tensor x = full({1000}, -1.0, {.requires_grad = true});
  const Tensor y = nn::rrelu(x, 0.2, 0.4);
  CHECK(min(-y).item<double>() >= 0.2F);
  CHECK(max(-y).item<double>() <= 0.4F);
  CHECK(std::abs(mean(-y).item<double>() - 0.3) < 0.01);  // five standard errors
  sum(y).backward();
  CHECK(equal(x.grad(), -y.detach()));
  nn::RReLU layer(0.2, 0.4);
  layer.eval();
  CHECK(test::difference(layer(x), full({1000}, -0.3), 1e-6, 0) == "");
  CHECK(equal(nn::rrelu(ones({3}), 0.2, 0.4), ones({3})));
  CHECK_THROWS_WITH(nn::RReLU(1, 0), "rrelu: lower is 1, upper is 0; slopes lie between the two");
}

TEST_CASE("alpha_dropout keeps mean and variance", "[nn][dropout]") {
  manual_seed(1);
  const Tensor x = randn({200, 500});
  for (const double p : {0.1, 0.5, 0.9}) {
    const Tensor y = nn::alpha_dropout(x, p);
    CHECK(std::abs(mean(y).item<double>()) < 0.02);
    CHECK(std::abs(var(y).item<double>() - 1) < 0.03);
  }
  CHECK(equal(nn::alpha_dropout(x, 1), zeros({200, 500})));
  // Of whole channels: what is dropped has one value.
  const Tensor z = nn::feature_alpha_dropout(randn({50, 4, 7}), 0.5);
  const Tensor constant = (amax(z, 2) - amin(z, 2)) == 0;
  const double share = mean(constant.to(float32)).item<double>();
  CHECK(std::abs(share - 0.5) < 0.2);
  nn::AlphaDropout layer(0.5);
  layer.eval();
  CHECK(layer(x).is_same(x));
  CHECK_THROWS_AS(nn::feature_alpha_dropout(ones({3})), ShapeError);
}
