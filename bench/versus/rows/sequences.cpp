// Networks of sequences: recurrent ones, forward and backward, and steps of a transformer's layer.
#include <memory>

#include "training.hpp"

namespace versus {
namespace {

constexpr std::int64_t model = 128, heads = 4, feed_forward = 512;

#if LIBRARY_IS(OURS)
namespace nn = tapegrad::nn;

/// y = f(x), its gradient of ones.
template <class Network>
Work recurrent(std::int64_t size, std::int64_t batch, std::int64_t steps) {
  const auto network = std::make_shared<Network>(size, size);
  return [=, x = uniform({steps, batch, size}), g = lib::ones({steps, batch, size})] {
    network->zero_grad();
    network->forward(x).output.backward(g);
  };
}
using Lstm = nn::LSTM;
using Gru = nn::GRU;

Work transformer_layer(double dropout) {
  const auto layer = std::make_shared<nn::TransformerEncoderLayer>(
      model, heads,
      nn::TransformerLayerOptions{.dim_feedforward = feed_forward, .dropout = dropout});
  const auto adam = std::make_shared<Adam>(layer->parameters(), adam_options);
  return [=, x = uniform({64, 16, model}), y = uniform({64, 16, model})] {
    descend(*adam, mse(layer->forward(x), y));
  };
}
#elif LIBRARY_IS(TORCH)
std::vector<Tensor> parameters(const std::vector<Shape>& shapes) {
  std::vector<Tensor> all;
  for (const Shape& shape : shapes) {
    Tensor p = (uniform(shape) - 0.5F) * 0.1F;
    p.requires_grad_(true);
    all.push_back(p);
  }
  return all;
}

struct Lstm {
  static constexpr std::int64_t gates = 4;
  static Tensor output(const Tensor& x, const Tensor& zeros, const std::vector<Tensor>& p) {
    return std::get<0>(at::lstm(x, {zeros, zeros}, p, true, 1, 0, true, false, false));
  }
};
struct Gru {
  static constexpr std::int64_t gates = 3;
  static Tensor output(const Tensor& x, const Tensor& zeros, const std::vector<Tensor>& p) {
    return std::get<0>(at::gru(x, zeros, p, true, 1, 0, true, false, false));
  }
};

template <class Network>
Work recurrent(std::int64_t size, std::int64_t batch, std::int64_t steps) {
  const std::int64_t width = Network::gates * size;
  const std::vector<Tensor> p = parameters({{width, size}, {width, size}, {width}, {width}});
  return [=, x = uniform({steps, batch, size}), zeros = at::zeros({1, batch, size}),
          g = at::ones({steps, batch, size})] {
    for (const Tensor& each : p) each.mutable_grad().reset();
    Network::output(x, zeros, p).backward(g);
  };
}

/// As torch.nn.TransformerEncoderLayer, which its C++ library computes by older ways, does in
/// Python: attention is one fused operation.
Work transformer_layer(double dropout) {
  const std::vector<Tensor> p = parameters({{3 * model, model},
                                            {3 * model},
                                            {model, model},
                                            {model},
                                            {feed_forward, model},
                                            {feed_forward},
                                            {model, feed_forward},
                                            {model},
                                            {model},
                                            {model},
                                            {model},
                                            {model}});
  const auto adam = std::make_shared<Adam>(p, adam_options);
  return [=, x = uniform({64, 16, model}), y = uniform({64, 16, model})] {
    const std::int64_t places = x.size(0), batch = x.size(1);
    const Tensor packed = layer(x, p[0], p[1])
                              .unflatten(-1, {3, model})
                              .unsqueeze(0)
                              .transpose(0, -2)
                              .squeeze(-2)
                              .contiguous();
    const auto split = [&](std::int64_t i) {
      return packed[i]
          .view({places, batch * heads, model / heads})
          .transpose(0, 1)
          .view({batch, heads, places, model / heads});
    };
    Tensor h = at::scaled_dot_product_attention(split(0), split(1), split(2), {}, dropout);
    h = h.permute({2, 0, 1, 3}).contiguous().view({places * batch, model});
    h = layer(h, p[2], p[3]).view(x.sizes());
    h = at::layer_norm(x + at::dropout(h, dropout, true), {model}, p[8], p[9]);
    Tensor fed = at::dropout(at::relu(layer(h, p[4], p[5])), dropout, true);
    fed = at::dropout(layer(fed, p[6], p[7]), dropout, true);
    descend(*adam, mse(at::layer_norm(h + fed, {model}, p[10], p[11]), y));
  };
}
#endif

}  // namespace

Group sequences() {
  Group group{"Networks of sequences, float32", {}};
  group.add("LSTM 128, batch 32, 50 steps, with backward",
            [] { TENSORS(return recurrent<Lstm>(128, 32, 50);) });
  group.add("GRU 128, batch 32, 50 steps, with backward",
            [] { TENSORS(return recurrent<Gru>(128, 32, 50);) });
  group.add("transformer layer d128 h4 ff512, 64 places, batch 16, Adam",
            [] { TENSORS(return transformer_layer(0);) });
  group.add("transformer layer d128 h4 ff512, 64 places, batch 16, dropout 0.1, Adam",
            [] { TENSORS(return transformer_layer(0.1);) });
  return group;
}

}  // namespace versus
