#include "tapegrad/nn/transformer.hpp"

#include "nn/sequence_cases.hpp"
#include "support/errors.hpp"
#include "tapegrad/nn/position.hpp"
#include "tapegrad/nn/sequential.hpp"

using namespace tapegrad;
using test::Tensors;

namespace {

nn::TransformerLayerOptions small() { return {.dim_feedforward = 10, .dropout = 0}; }

nn::TransformerLayerOptions other() {
  nn::TransformerLayerOptions options = small();
  options.activation = "gelu";
  options.norm_first = true;
  return options;
}

Tensor causal(std::int64_t size) {
  return nn::Transformer::generate_square_subsequent_mask(size, {.dtype = float64});
}

}  // namespace

TEST_CASE("layers of transformers and their gradients are torch's", "[nn][transformer]") {
  const Tensor q = test::queries(), k = test::keys();
  nn::TransformerEncoderLayer encoder(6, 2, small());
  test::check_case("encoder layer", encoder, {q},
                   [&](const Tensors& x) { return Tensors{encoder(x[0])}; });
  nn::TransformerLayerOptions first = other();
  first.batch_first = true;
  nn::TransformerEncoderLayer second(6, 3, first);
  test::check_case("encoder layer, norm first", second, {q}, [&](const Tensors& x) {
    return Tensors{second(
        x[0], {.mask = test::hidden({3, 3}, 6), .src_key_padding_mask = test::hidden({4, 3}, 7)})};
  });
  nn::TransformerDecoderLayer decoder(6, 2, small());
  test::check_case("decoder layer", decoder, {q, k}, [&](const Tensors& x) {
    return Tensors{decoder(
        x[0], x[1], {.tgt_mask = causal(4), .memory_key_padding_mask = test::hidden({3, 5}, 3)})};
  });
  nn::TransformerLayerOptions bare = other();
  bare.bias = false;
  nn::TransformerDecoderLayer third(6, 2, bare);
  test::check_case("decoder layer, norm first", third, {q, k}, [&](const Tensors& x) {
    return Tensors{third(x[0], x[1], {.memory_mask = test::hidden({4, 5}, 8)})};
  });
}

TEST_CASE("stacks of layers and their gradients are torch's", "[nn][transformer]") {
  const Tensor q = test::queries(), k = test::keys();
  nn::TransformerEncoder encoder(nn::TransformerEncoderLayer(6, 2, small()), 2, nn::LayerNorm(6));
  test::check_case("encoder", encoder, {q},
                   [&](const Tensors& x) { return Tensors{encoder(x[0])}; });
  nn::Transformer both({.d_model = 6,
                        .nhead = 2,
                        .num_encoder_layers = 1,
                        .num_decoder_layers = 2,
                        .layer = small()});
  test::check_case("transformer", both, {q, k}, [&](const Tensors& x) {
    return Tensors{both(x[0], x[1], {.tgt = {.tgt_mask = causal(5)}})};
  });
  // The same without a mask.
  const Tensor by_mask = both(q, k, {.tgt = {.tgt_mask = causal(5)}});
  CHECK(test::difference(both(q, k, {.tgt = {.tgt_is_causal = true}}), by_mask, 1e-13, 1e-15) ==
        "");
}

TEST_CASE("a stack has copies of its layer, which are trained apart", "[nn][transformer]") {
  const nn::TransformerEncoderLayer layer(4, 2, small());
  nn::TransformerEncoder encoder(layer, 2);
  CHECK(encoder.state_dict().contains("layers.1.self_attn.in_proj_weight"));
  CHECK(equal(encoder.layers[0].linear1.weight, layer.linear1.weight));
  CHECK(!encoder.layers[0].linear1.weight.is_same(encoder.layers[1].linear1.weight));
  nn::Sequential net(nn::PositionalEncoding(4, {.dropout = 0}), layer);
  CHECK(net(zeros({5, 2, 4})).shape() == Shape{5, 2, 4});
}

TEST_CASE("positions are sines and cosines of growing lengths", "[nn][transformer]") {
  const auto pe = nn::sinusoidal_encoding(4, 5, {.dtype = float64});
  const auto values = pe.to_vector<double>();
  for (std::size_t p = 0; p < 4; ++p) {
    for (std::size_t j = 0; j < 5; ++j) {
      const double turn =
          static_cast<double>(p) / std::pow(10000.0, static_cast<double>(j / 2 * 2) / 5);
      CHECK(values[5 * p + j] ==
            Approx(j % 2 == 0 ? std::sin(turn) : std::cos(turn)).epsilon(1e-14).margin(1e-16));
    }
  }
  nn::PositionalEncoding positions(5, {.dropout = 0, .max_len = 6, .batch_first = true});
  const Tensor y = positions(zeros({2, 4, 5}));
  CHECK(test::difference(y[1].to(float64), pe, 1e-7, 1e-8) == "");
  CHECK(positions.state_dict()["pe"].shape() == Shape{6, 1, 5});
  CHECK(test::error_of([&] {
          positions(zeros({2, 7, 5}));
        }) ==
        "PositionalEncoding: x is [2, 7, 5]; it needs [batch, places, 5], and at most 6 places");
  CHECK(test::error_of([] { nn::sinusoidal_encoding(-1, 2); }) ==
        "sinusoidal_encoding: -1 places of 2 numbers; sizes are not negative");
}

TEST_CASE("a transformer refuses options that don't fit", "[nn][transformer]") {
  nn::TransformerLayerOptions options = small();
  options.activation = "tanh";
  CHECK(test::error_of([&] { nn::TransformerEncoderLayer(4, 2, options); }) ==
        "TransformerLayer: activation is 'tanh'; use 'relu' or 'gelu'");
  CHECK(test::error_of([] {
          nn::TransformerEncoder(nn::TransformerEncoderLayer(4, 2, small()), -1);
        }) == "TransformerEncoder: -1 layers; the number isn't negative");
}
