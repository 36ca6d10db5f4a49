#include "network.hpp"

#include <stdexcept>

namespace tg = tapegrad;
namespace nn = tapegrad::nn;

namespace {

nn::TransformerEncoder encoder_of(const TextSizes& s, double dropped) {
  const nn::TransformerEncoderLayer layer(s.size, s.heads,
                                          {.dim_feedforward = 4 * s.size,
                                           .dropout = dropped,
                                           .activation = "gelu",
                                           .batch_first = true,
                                           .norm_first = true});
  return nn::TransformerEncoder(layer, s.layers, nn::LayerNorm(tg::Shape{s.size}));
}

}  // namespace

TextNetwork::TextNetwork(const TextSizes& s, double dropped)
    : sizes(tg::tensor(
          {std::int64_t{s.transformer}, s.characters, s.size, s.layers, s.heads, s.window})),
      embedding(s.characters, s.size),
      dropout(dropped),
      out(s.size, s.characters) {
  if (s.transformer) {
    positions.emplace(s.window, s.size);
    encoder.emplace(encoder_of(s, dropped));
    for (nn::Embedding* table : {&embedding, &*positions})
      nn::init::normal_(table->weight, 0, 0.02);
  } else {
    lstm.emplace(
        s.size, s.size,
        nn::LSTMOptions{
            .num_layers = s.layers, .batch_first = true, .dropout = s.layers > 1 ? dropped : 0});
  }
}

TextNetwork TextNetwork::of(const tg::StateDict& state) {
  const tg::Tensor* sizes = state.find("sizes");
  if (sizes == nullptr || sizes->shape() != tg::Shape{6} || sizes->dtype() != tg::int64) {
    throw std::runtime_error("these aren't the weights of such a network: no sizes of it");
  }
  const std::vector<std::int64_t> s = sizes->to_vector<std::int64_t>();
  TextNetwork network({s[0] != 0, s[1], s[2], s[3], s[4], s[5]}, 0);
  if (!network.load_state_dict(state).complete()) {
    throw std::runtime_error("these aren't the weights of such a network: some are missing");
  }
  network.eval();
  return network;
}

void TextNetwork::visit(nn::Visitor& v) {
  v("sizes", sizes), v("embedding", embedding), v("lstm", lstm), v("positions", positions);
  v("encoder", encoder), v("dropout", dropout), v("out", out);
}

tg::Tensor TextNetwork::forward(const tg::Tensor& tokens) const {
  tg::Tensor x = embedding(tokens);
  if (lstm) {
    x = (*lstm)(x).output;
  } else {
    x = dropout(x + positions->weight.narrow(0, 0, tokens.size(1)));
    x = (*encoder)(x, {.is_causal = true});
  }
  return out(dropout(x));
}

Reader::Reader(const TextNetwork& network)
    : network_(network),
      window_(
          static_cast<std::size_t>(tg::Tensor(network.sizes).select(0, 5).item<std::int64_t>())) {}

tg::Tensor Reader::read(std::int64_t character) {
  const tg::NoGrad guard;
  if (network_.lstm) {
    const tg::Tensor x = network_.embedding(tg::full({1, 1}, character));
    const nn::LSTMOutput now = (*network_.lstm)(x, {.h0 = h_, .c0 = c_});
    h_ = now.h_n, c_ = now.c_n;
    return network_.out(now.output).view({-1});
  }
  if (last_.size() == window_) last_.erase(last_.begin());
  last_.push_back(character);
  const tg::Tensor all = network_.forward(tg::Tensor::from_vector(std::vector(last_)).unsqueeze(0));
  return all.select(0, 0).select(0, -1);
}
