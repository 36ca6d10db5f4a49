#include "network.hpp"

#include <stdexcept>
#include <vector>

namespace tg = tapegrad;
namespace nn = tapegrad::nn;

namespace {

nn::TransformerEncoder encoder_of(const NameSizes& s, double dropped) {
  const nn::TransformerEncoderLayer layer(s.size, 4,
                                          {.dim_feedforward = 2 * s.size,
                                           .dropout = dropped,
                                           .activation = "gelu",
                                           .batch_first = true,
                                           .norm_first = true});
  return nn::TransformerEncoder(layer, 2, nn::LayerNorm(tg::Shape{s.size}));
}

}  // namespace

NameNetwork::NameNetwork(const NameSizes& s, double dropped)
    : sizes(tg::tensor({std::int64_t{s.transformer}, s.characters, s.size, s.classes, s.longest})),
      embedding(s.characters, s.size, {.padding_idx = 0}),
      dropout(dropped),
      out(s.transformer ? s.size : 2 * s.size, s.classes) {
  if (s.transformer) {
    positions.emplace(s.longest, s.size);
    encoder.emplace(encoder_of(s, dropped));
  } else {
    gru.emplace(s.size, s.size,
                nn::RecurrentLayerOptions{.batch_first = true, .bidirectional = true});
  }
}

NameNetwork NameNetwork::of(const tg::StateDict& state) {
  const tg::Tensor* sizes = state.find("sizes");
  if (sizes == nullptr || sizes->shape() != tg::Shape{5} || sizes->dtype() != tg::int64) {
    throw std::runtime_error("these aren't the weights of such a network: no sizes of it");
  }
  const std::vector<std::int64_t> s = sizes->to_vector<std::int64_t>();
  NameNetwork network({s[0] != 0, s[1], s[2], s[3], s[4]}, 0);
  if (!network.load_state_dict(state).complete()) {
    throw std::runtime_error("these aren't the weights of such a network: some are missing");
  }
  network.eval();
  return network;
}

std::int64_t NameNetwork::longest() const { return sizes.select(0, 4).item<std::int64_t>(); }

void NameNetwork::visit(nn::Visitor& v) {
  v("sizes", sizes), v("embedding", embedding), v("gru", gru), v("positions", positions);
  v("encoder", encoder), v("dropout", dropout), v("out", out);
}

tg::Tensor NameNetwork::at_both_ends(const tg::Tensor& tokens) const {
  const tg::Tensor lengths = sum((tokens != 0).to(tg::int64), 1);
  const tg::Tensor ends = (*gru)(dropout(embedding(tokens)), {.lengths = lengths}).h_n;
  return tg::cat({ends.select(0, 0), ends.select(0, 1)}, 1);
}

tg::Tensor NameNetwork::mean_of_places(const tg::Tensor& tokens) const {
  const tg::Tensor padded = tokens == 0;
  tg::Tensor x = dropout(embedding(tokens) + positions->weight.narrow(0, 0, tokens.size(1)));
  x = (*encoder)(x, {.src_key_padding_mask = padded});
  const tg::Tensor there = (tokens != 0).to(x.dtype()).unsqueeze(2);
  return sum(x * there, 1) / sum(there, 1);
}

tg::Tensor NameNetwork::forward(const tg::Tensor& tokens) const {
  return out(dropout(gru ? at_both_ends(tokens) : mean_of_places(tokens)));
}
