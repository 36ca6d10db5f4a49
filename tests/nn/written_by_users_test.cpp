// Layers as users of PyTorch write them first: numbers and lists in the places of options.
#include <tuple>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/nn/attention.hpp"
#include "tapegrad/nn/conv.hpp"
#include "tapegrad/nn/embedding.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/loss.hpp"
#include "tapegrad/nn/norm.hpp"
#include "tapegrad/nn/pool.hpp"
#include "tapegrad/nn/recurrent.hpp"
#include "tapegrad/nn/transformer.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

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

TEST_CASE("layers take further numbers where PyTorch's do", "[nn]") {
  const Tensor x = ones({1, 2, 6, 6});
  CHECK(nn::MaxPool2d(3, 2, 1)(x).shape() == Shape{1, 2, 3, 3});
  CHECK(nn::AvgPool2d(3, 2, 1)(x).shape() == Shape{1, 2, 3, 3});
  CHECK(nn::MaxPool2d(2, 1, 0, 3)(x).shape() == Shape{1, 2, 3, 3});
  CHECK(to_string(nn::Conv2d(2, 4, 3, 1, 2, 3, 2)) ==
        to_string(nn::Conv2d(2, 4, 3, {.padding = 2, .dilation = 3, .groups = 2})));
  CHECK(to_string(nn::ConvTranspose2d(2, 4, 3, 2, 1, 1, 2)) ==
        to_string(nn::ConvTranspose2d(
            2, 4, 3, {.stride = 2, .padding = 1, .output_padding = 1, .groups = 2})));
  CHECK(to_string(nn::BatchNorm2d(2, 1e-3, 0.2)) ==
        to_string(nn::BatchNorm2d(2, {.eps = 1e-3, .momentum = 0.2})));
  CHECK(to_string(nn::BatchNorm1d(2, 1e-3)) == to_string(nn::BatchNorm1d(2, {.eps = 1e-3})));
  CHECK(to_string(nn::BatchNorm3d(2, 1e-3)) == to_string(nn::BatchNorm3d(2, {.eps = 1e-3})));
  CHECK(to_string(nn::LayerNorm(6, 1e-3)) == to_string(nn::LayerNorm(6, {.eps = 1e-3})));
  CHECK(to_string(nn::GroupNorm(1, 2, 1e-3)) == to_string(nn::GroupNorm(1, 2, {.eps = 1e-3})));
  const nn::Embedding embedding(4, 3, 1);
  CHECK(embedding.weight[1].abs().sum().item() == 0);
  CHECK(embedding.weight[0].abs().sum().item() > 0);
  CHECK(nn::TransformerEncoderLayer(4, 2, 8).linear1.out_features() == 8);
  CHECK(nn::TransformerEncoderLayer(4, 2, 8, 0.5).dropout.p() == 0.5);
  CHECK(nn::TransformerDecoderLayer(4, 2, 8, 0).linear1.out_features() == 8);
  CHECK(nn::MultiheadAttention(4, 2, 0.0)(ones({3, 1, 4}), ones({3, 1, 4}), ones({3, 1, 4}))
            .output.shape() == Shape{3, 1, 4});
  const Tensor weight = tensor({1.0, 3.0}), scores = tensor({{0.5, 0.25}, {1.0, -1.0}}),
               labels = tensor({0, 1});
  CHECK(equal(nn::CrossEntropyLoss(weight)(scores, labels),
              nn::cross_entropy(scores, labels, {.weight = weight})));
  CHECK(
      equal(nn::NLLLoss(weight)(scores, labels), nn::nll_loss(scores, labels, {.weight = weight})));
}

TEST_CASE("recurrent networks are called as PyTorch's", "[nn][recurrent]") {
  const nn::GRU gru(3, 4);
  const nn::LSTM lstm(3, 4);
  const Tensor x = ones({5, 2, 3}), h0 = full({1, 2, 4}, 0.5);
  const auto [output, h] = gru(x, h0);
  CHECK(equal(output[-1], h[0]));
  CHECK(equal(output, gru(x, {.h0 = h0}).output));
  CHECK_FALSE(equal(output, gru(x).output));
  CHECK(equal(gru.forward(x, h0).h_n, h));
  Tensor first, state;
  std::tie(first, state) = gru(x);
  CHECK(equal(first, gru(x).output));
  const auto [all, hidden, cells] = lstm(x);
  const auto [more, hidden_then, cells_then] = lstm(x, {hidden, cells});
  CHECK(equal(lstm(cat({x, x})).c_n, cells_then));
  CHECK(equal(cat({all, more}), lstm(cat({x, x})).output));
}

TEST_CASE("a mask stands behind the inputs of a transformer", "[nn]") {
  nn::TransformerEncoderLayer layer(4, 2, 8);
  nn::TransformerDecoderLayer decoder(4, 2, 8);
  layer.eval();
  decoder.eval();
  const Tensor x = arange(12, float32).view({3, 1, 4}), mask = ones({3, 3}).triu(1) > 0;
  CHECK(equal(layer(x, mask), layer(x, {.mask = mask})));
  CHECK_FALSE(equal(layer(x, mask), layer(x)));
  CHECK(equal(decoder(x, x, mask), decoder(x, x, {.tgt_mask = mask})));
  CHECK_FALSE(equal(decoder(x, x, mask), decoder(x, x)));
}

namespace {

/// Calls of several arguments, with several results.
struct Pair : nn::Callable<Pair> {
  nn::Linear shared{3, 2};
  void visit(nn::Visitor& v) override { v("shared", shared); }
  std::pair<Tensor, Tensor> forward(const Tensor& a, const Tensor& b) const {
    return {shared(a), shared(b)};
  }
};

struct Distance : nn::Callable<Distance> {
  Pair pair;
  void visit(nn::Visitor& v) override { v("pair", pair); }
  Tensor forward(const Tensor& a, const Tensor& b) const {
    const auto [u, w] = pair(a, b);
    return (u - w).abs().sum();
  }
};

}  // namespace

TEST_CASE("a module of one's own is called with what its forward() takes", "[nn]") {
  const Distance distance;
  (void)distance.parameters();
  const Tensor a = ones({1, 3}), b = zeros({1, 3});
  CHECK(equal(distance(a, b), distance.forward(a, b)));
  CHECK(distance(a, b).item() > 0);
  CHECK(distance.pair(a, b).first.name().starts_with("pair/"));
}
