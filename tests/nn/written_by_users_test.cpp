// Layers as users of PyTorch write them first: numbers and lists in the places of options.
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/nn/conv.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/norm.hpp"
#include "tapegrad/nn/pool.hpp"
#include "tapegrad/nn/recurrent.hpp"
#include "tapegrad/ops/create.hpp"

using namespace tapegrad;

TEST_CASE("layers take numbers where PyTorch's do", "[nn]") {
  const Tensor x = ones({1, 2, 6, 6});
  CHECK_FALSE(nn::Linear(2, 3, false).bias.defined());
  CHECK(nn::Linear(2, 3, true).bias.defined());
  CHECK(nn::Conv2d(2, 4, 3, 1)(x).shape() == Shape{1, 4, 4, 4});
  CHECK(nn::Conv2d(2, 4, 3, 2, 1)(x).shape() == Shape{1, 4, 3, 3});
  CHECK(nn::Conv2d(2, 4, {3, 3}, 1, "same")(x).shape() == Shape{1, 4, 6, 6});
  CHECK(nn::Conv1d(6, 4, 3, 2)(x[0]).shape() == Shape{2, 4, 2});
  CHECK(nn::ConvTranspose2d(2, 4, 2, 2)(x).shape() == Shape{1, 4, 12, 12});
  CHECK(nn::ConvTranspose2d(2, 4, 3, 2, 1)(x).shape() == Shape{1, 4, 11, 11});
  CHECK(nn::MaxPool2d(3, 1)(x).shape() == Shape{1, 2, 4, 4});
  CHECK(nn::AvgPool2d(3, 1)(x).shape() == Shape{1, 2, 4, 4});
  CHECK(nn::LSTM(3, 5, 2)(ones({4, 1, 3})).h_n.shape() == Shape{2, 1, 5});
  CHECK(nn::GRU(3, 5, 2)(ones({4, 1, 3})).h_n.shape() == Shape{2, 1, 5});
  CHECK(nn::RNN(3, 5, 2)(ones({4, 1, 3})).h_n.shape() == Shape{2, 1, 5});
}

TEST_CASE("layers take their one shape in braces", "[nn]") {
  const Tensor x = ones({1, 2, 6, 6});
  CHECK(nn::LayerNorm({6}).weight.shape() == Shape{6});
  CHECK(nn::LayerNorm({6, 6}, {.bias = false})(x).shape() == x.shape());
  CHECK(nn::RMSNorm({6}).weight.shape() == Shape{6});
  CHECK(nn::MaxPool2d({2, 3})(x).shape() == Shape{1, 2, 3, 2});
  CHECK(nn::MaxPool2d({2, 3}, {.stride = 1})(x).shape() == Shape{1, 2, 5, 4});
  CHECK(nn::AvgPool2d({2, 3})(x).shape() == Shape{1, 2, 3, 2});
  CHECK(nn::MaxPool3d({1, 2, 2})(x).shape() == Shape{1, 2, 3, 3});
}
