// What tests/interop/layers_test.py has each kind of layer do: compute with the state of torch's,
// or make a state for torch.
#include <cstdio>
#include <exception>
#include <functional>
#include <map>
#include <string>

#include "tapegrad/autograd.hpp"
#include "tapegrad/io/safetensors.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/attention.hpp"
#include "tapegrad/nn/conv.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/embedding.hpp"
#include "tapegrad/nn/norm.hpp"
#include "tapegrad/nn/pool.hpp"
#include "tapegrad/nn/recurrent.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/nn/shape.hpp"
#include "tapegrad/nn/transformer.hpp"
#include "tapegrad/nn/upsample.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

namespace tg = tapegrad;
namespace nn = tg::nn;

namespace {

/// Models of sequences as functions of one tensor: attention to itself, and all results in a row.
struct SelfAttention : nn::MultiheadAttention {
  using MultiheadAttention::MultiheadAttention;
  tg::Tensor forward(const tg::Tensor& x) const {
    const auto [output, weights] = MultiheadAttention::forward(x, x, x);
    return tg::cat({output.flatten(), weights.flatten()});
  }
};

/// A transformer whose target is its source, the other way round.
struct SelfTransformer : nn::Transformer {
  using Transformer::Transformer;
  tg::Tensor forward(const tg::Tensor& x) const {
    return Transformer::forward(x, tg::flip(x, 0), {.tgt = {.tgt_is_causal = true}});
  }
};

/// A recurrent network, two of whose rows are shorter than the others.
template <class Network>
struct Flat : Network {
  using Network::Network;
  tg::Tensor forward(const tg::Tensor& x) const {
    const auto all = Network::forward(x, {.lengths = tg::tensor({5, 2, 4})});
    return tg::cat({all.output.flatten(), all.h_n.flatten()});
  }
};

/// A cell, along the first dimension.
template <class Cell>
struct Along : Cell {
  using Cell::Cell;
  tg::Tensor forward(const tg::Tensor& x) const {
    auto state = Cell::forward(x[0]);
    for (std::int64_t t = 1; t < x.size(0); ++t) state = Cell::forward(x[t], state);
    if constexpr (requires { state.h; }) {
      return state.h;
    } else {
      return state;
    }
  }
};

/// As in layers_test.py. In a Sequential each has the name "0".
const std::map<std::string, std::function<nn::Sequential()>> layers = {
    {"Conv1d", [] { return nn::Sequential(nn::Conv1d(4, 6, 3, {.stride = 2, .groups = 2})); }},
    {"Conv2d",
     [] {
       return nn::Sequential(
           nn::Conv2d(2, 3, {3, 2}, {.padding = 1, .padding_mode = tg::PadMode::reflect}));
     }},
    {"Conv3d",
     [] {
       return nn::Sequential(
           nn::Conv3d(2, 3, 2, {.padding = "same", .dilation = 2, .bias = false}));
     }},
    {"ConvTranspose1d",
     [] { return nn::Sequential(nn::ConvTranspose1d(4, 6, 3, {.stride = 2, .groups = 2})); }},
    {"ConvTranspose2d",
     [] {
       return nn::Sequential(
           nn::ConvTranspose2d(2, 3, 3, {.stride = 2, .padding = 1, .output_padding = 1}));
     }},
    {"ConvTranspose3d",
     [] {
       return nn::Sequential(nn::ConvTranspose3d(2, 3, {1, 2, 2}));
     }},
    {"MaxPool1d", [] { return nn::Sequential(nn::MaxPool1d(3, {.stride = 2, .padding = 1})); }},
    {"MaxPool2d", [] { return nn::Sequential(nn::MaxPool2d(2, {.ceil_mode = true})); }},
    {"MaxPool3d",
     [] {
       return nn::Sequential(nn::MaxPool3d(2, {.dilation = {1, 2, 1}}));
     }},
    {"AvgPool1d", [] { return nn::Sequential(nn::AvgPool1d(3, {.stride = 2, .padding = 1})); }},
    {"AvgPool2d",
     [] { return nn::Sequential(nn::AvgPool2d(3, {.padding = 1, .count_include_pad = false})); }},
    {"AvgPool3d", [] { return nn::Sequential(nn::AvgPool3d(2, {.divisor_override = 3})); }},
    {"LPPool1d", [] { return nn::Sequential(nn::LPPool1d(2, 3)); }},
    {"LPPool2d", [] { return nn::Sequential(nn::LPPool2d(2, 2, {.stride = 1})); }},
    {"LPPool3d", [] { return nn::Sequential(nn::LPPool3d(2, 2)); }},
    {"AdaptiveAvgPool1d", [] { return nn::Sequential(nn::AdaptiveAvgPool1d(3)); }},
    {"AdaptiveAvgPool2d",
     [] {
       return nn::Sequential(nn::AdaptiveAvgPool2d({2, 3}));
     }},
    {"AdaptiveAvgPool3d", [] { return nn::Sequential(nn::AdaptiveAvgPool3d(2)); }},
    {"AdaptiveMaxPool1d", [] { return nn::Sequential(nn::AdaptiveMaxPool1d(3)); }},
    {"AdaptiveMaxPool2d",
     [] {
       return nn::Sequential(nn::AdaptiveMaxPool2d({2, 3}));
     }},
    {"AdaptiveMaxPool3d", [] { return nn::Sequential(nn::AdaptiveMaxPool3d(2)); }},
    {"BatchNorm1d", [] { return nn::Sequential(nn::BatchNorm1d(4)); }},
    {"BatchNorm2d", [] { return nn::Sequential(nn::BatchNorm2d(2, {.momentum = std::nullopt})); }},
    {"BatchNorm3d", [] { return nn::Sequential(nn::BatchNorm3d(2, {.affine = false})); }},
    {"InstanceNorm1d", [] { return nn::Sequential(nn::InstanceNorm1d(4)); }},
    {"InstanceNorm2d",
     [] {
       return nn::Sequential(nn::InstanceNorm2d(2, {.affine = true, .track_running_stats = true}));
     }},
    {"InstanceNorm3d", [] { return nn::Sequential(nn::InstanceNorm3d(2, {.affine = true})); }},
    {"LayerNorm",
     [] {
       return nn::Sequential(nn::LayerNorm({6, 5}));
     }},
    {"RMSNorm", [] { return nn::Sequential(nn::RMSNorm(5)); }},
    {"GroupNorm", [] { return nn::Sequential(nn::GroupNorm(2, 4)); }},
    {"LocalResponseNorm", [] { return nn::Sequential(nn::LocalResponseNorm(2)); }},
    {"Embedding", [] { return nn::Sequential(nn::Embedding(7, 3, {.padding_idx = 2})); }},
    {"EmbeddingBag",
     [] {
       return nn::Sequential(
           nn::EmbeddingBag(7, 3, {.mode = nn::EmbeddingBagMode::max, .padding_idx = 2}));
     }},
    {"PReLU", [] { return nn::Sequential(nn::PReLU(4)); }},
    {"Dropout1d", [] { return nn::Sequential(nn::Dropout1d()); }},
    {"Dropout2d", [] { return nn::Sequential(nn::Dropout2d()); }},
    {"Dropout3d", [] { return nn::Sequential(nn::Dropout3d()); }},
    {"Flatten",
     [] {
       return nn::Sequential(nn::Flatten(), nn::Unflatten(1, {2, -1}));
     }},
    {"PixelShuffle", [] { return nn::Sequential(nn::PixelShuffle(2)); }},
    {"PixelUnshuffle", [] { return nn::Sequential(nn::PixelUnshuffle(2)); }},
    {"Upsample", [] { return nn::Sequential(nn::Upsample({.scale_factor = {1.7}})); }},
    {"Upsample, linear",
     [] { return nn::Sequential(nn::Upsample({.size = 7, .mode = "linear"})); }},
    {"Upsample, bilinear",
     [] { return nn::Sequential(nn::Upsample({.scale_factor = {2.5}, .mode = "bilinear"})); }},
    {"Upsample, aligned",
     [] {
       return nn::Sequential(
           nn::Upsample({.size = {4, 9}, .mode = "bilinear", .align_corners = true}));
     }},
    {"RNN", [] { return nn::Sequential(Flat<nn::RNN>(4, 3, nn::RNNOptions{.num_layers = 2})); }},
    {"GRU",
     [] {
       return nn::Sequential(
           Flat<nn::GRU>(4, 3, nn::RecurrentLayerOptions{.num_layers = 2, .bidirectional = true}));
     }},
    {"LSTM",
     [] {
       return nn::Sequential(
           Flat<nn::LSTM>(4, 3, nn::LSTMOptions{.num_layers = 2, .bidirectional = true}));
     }},
    {"RNNCell", [] { return nn::Sequential(Along<nn::RNNCell>(4, 3)); }},
    {"GRUCell", [] { return nn::Sequential(Along<nn::GRUCell>(4, 3)); }},
    {"LSTMCell", [] { return nn::Sequential(Along<nn::LSTMCell>(4, 3)); }},
    {"MultiheadAttention", [] { return nn::Sequential(SelfAttention(4, 2)); }},
    {"TransformerEncoderLayer",
     [] { return nn::Sequential(nn::TransformerEncoderLayer(4, 2, {.dim_feedforward = 6})); }},
    {"TransformerEncoder",
     [] {
       return nn::Sequential(nn::TransformerEncoder(
           nn::TransformerEncoderLayer(
               4, 2, {.dim_feedforward = 6, .activation = "gelu", .norm_first = true}),
           2, nn::LayerNorm(4)));
     }},
    {"Transformer",
     [] {
       return nn::Sequential(SelfTransformer({.d_model = 4,
                                              .nhead = 2,
                                              .num_encoder_layers = 2,
                                              .num_decoder_layers = 1,
                                              .layer = {.dim_feedforward = 6}}));
     }},
    {"activations",
     [] {
       return nn::Sequential(nn::ELU(1.5), nn::LeakyReLU(0.2), nn::SiLU(), nn::GELU(), nn::CELU(),
                             nn::SELU(), nn::Mish(), nn::Hardswish(), nn::Softsign(),
                             nn::Tanhshrink(), nn::LogSigmoid(), nn::Softplus(2));
     }},
    {"bounded activations",
     [] {
       return nn::Sequential(nn::Hardtanh(-2, 2), nn::Hardshrink(0.1), nn::Softshrink(0.1),
                             nn::Threshold(-1, 0.5), nn::ReLU6(), nn::Hardsigmoid(), nn::GLU(1),
                             nn::Softmax(1), nn::LogSoftmax(1), nn::Identity());
     }},
};

nn::Sequential layer(const std::string& name) {
  nn::Sequential model = layers.at(name)();
  model.to(tg::float64);
  return model;
}

tg::Tensor load(const std::string& path) { return tg::io::load_safetensors(path).tensors["x"]; }

void save_output(nn::Sequential& model, const tg::Tensor& x, const std::string& path) {
  model.eval();
  const tg::NoGrad no_grad;
  tg::io::save_safetensors(path, {{"y", model(x).contiguous()}});
}

void forward(const std::string& name, const std::string& state, const std::string& inputs,
             const std::string& result) {
  nn::Sequential model = layer(name);
  const auto loaded = model.load_state_dict(tg::io::load_safetensors(state).tensors);
  if (!loaded.complete()) throw tg::Error("names differ from torch's");
  save_output(model, load(inputs), result);
}

/// A state that has seen some batches.
void make(const std::string& name, const std::string& inputs, const std::string& state,
          const std::string& result) {
  tg::manual_seed(1);
  nn::Sequential model = layer(name);
  const tg::Tensor x = load(inputs);
  for (int i = 0; i < 3; ++i) model(x);
  tg::io::save_safetensors(state, model.state_dict());
  save_output(model, x, result);
}

}  // namespace

int main(int count, char** arguments) try {
  const std::string verb = count > 1 ? arguments[1] : "";
  if (verb == "names") {
    for (const auto& [name, made] : layers) std::puts(name.c_str());
  } else if (verb == "forward" && count == 6) {
    forward(arguments[2], arguments[3], arguments[4], arguments[5]);
  } else if (verb == "make" && count == 6) {
    make(arguments[2], arguments[3], arguments[4], arguments[5]);
  } else {
    std::fprintf(stderr,
                 "usage: %s names | forward LAYER STATE INPUTS RESULT | make LAYER INPUTS STATE "
                 "RESULT\n",
                 arguments[0]);
    return 2;
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
