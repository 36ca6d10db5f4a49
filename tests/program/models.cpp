#include "program/models.hpp"

#include <utility>

#include "program/model_row.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/attention.hpp"
#include "tapegrad/nn/conv.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/embedding.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/norm.hpp"
#include "tapegrad/nn/pool.hpp"
#include "tapegrad/nn/position.hpp"
#include "tapegrad/nn/recurrent.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/nn/shape.hpp"
#include "tapegrad/nn/transformer.hpp"
#include "tapegrad/nn/upsample.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad::test {
namespace {

std::vector<ModelRow> activation_rows() {
  return {plain("ReLU", [] { return nn::ReLU(); }),
          plain("ReLU6", [] { return nn::ReLU6(); }),
          plain("Sigmoid", [] { return nn::Sigmoid(); }),
          plain("Tanh", [] { return nn::Tanh(); }),
          plain("LogSigmoid", [] { return nn::LogSigmoid(); }),
          plain("Softsign", [] { return nn::Softsign(); }),
          plain("Tanhshrink", [] { return nn::Tanhshrink(); }),
          plain("SiLU", [] { return nn::SiLU(); }),
          plain("Mish", [] { return nn::Mish(); }),
          plain("SELU", [] { return nn::SELU(); }),
          plain("Hardswish", [] { return nn::Hardswish(); }),
          plain("Hardsigmoid", [] { return nn::Hardsigmoid(); }),
          plain("ELU", [] { return nn::ELU(); }),
          plain("CELU", [] { return nn::CELU(); }),
          plain("LeakyReLU", [] { return nn::LeakyReLU(); }),
          plain("Softshrink", [] { return nn::Softshrink(); }),
          plain("Hardshrink", [] { return nn::Hardshrink(); }),
          plain("GLU", [] { return nn::GLU(); }),
          plain("Softmax", [] { return nn::Softmax(1); }),
          plain("LogSoftmax", [] { return nn::LogSoftmax(1); }),
          plain("Softplus", [] { return nn::Softplus(); }),
          plain("GELU", [] { return nn::GELU(); }),
          plain("Hardtanh", [] { return nn::Hardtanh(); }),
          plain("Threshold", [] { return nn::Threshold(0.1, 0.5); }),
          plain("PReLU", [] { return nn::PReLU(4); })};
}

std::vector<ModelRow> image_rows() {
  const Feed line{2, 4, 6}, image{2, 4, 6, 6}, room{2, 4, 4, 4, 4};
  return {layer("Conv1d", line, [] { return nn::Conv1d(4, 3, 3); }),
          layer("Conv2d", image, [] { return nn::Conv2d(4, 6, 3, {.padding = 1, .groups = 2}); }),
          layer("Conv3d", room, [] { return nn::Conv3d(4, 2, 2, {.stride = 2}); }),
          layer("ConvTranspose1d", line, [] { return nn::ConvTranspose1d(4, 3, 3); }),
          layer("ConvTranspose2d", image, [] { return nn::ConvTranspose2d(4, 3, 3); }),
          layer("ConvTranspose3d", room, [] { return nn::ConvTranspose3d(4, 2, 2); }),
          layer("MaxPool1d", line, [] { return nn::MaxPool1d(2); }),
          layer("MaxPool2d", image, [] { return nn::MaxPool2d(2); }),
          layer("MaxPool3d", room, [] { return nn::MaxPool3d(2); }),
          layer("AvgPool1d", line, [] { return nn::AvgPool1d(2); }),
          layer("AvgPool2d", image, [] { return nn::AvgPool2d(2); }),
          layer("AvgPool3d", room, [] { return nn::AvgPool3d(2); }),
          layer("LPPool1d", line, [] { return nn::LPPool1d(2, 2); }),
          layer("LPPool2d", image, [] { return nn::LPPool2d(2, 2); }),
          layer("LPPool3d", room, [] { return nn::LPPool3d(2, 2); }),
          layer("AdaptiveAvgPool1d", line, [] { return nn::AdaptiveAvgPool1d(4); }),
          layer("AdaptiveAvgPool2d", image,
                [] {
                  return nn::AdaptiveAvgPool2d({4, 3});
                }),
          layer("AdaptiveAvgPool3d", room, [] { return nn::AdaptiveAvgPool3d(3); }),
          layer("AdaptiveMaxPool1d", line, [] { return nn::AdaptiveMaxPool1d(4); }),
          layer("AdaptiveMaxPool2d", image,
                [] {
                  return nn::AdaptiveMaxPool2d({4, 3});
                }),
          layer("AdaptiveMaxPool3d", room, [] { return nn::AdaptiveMaxPool3d(3); }),
          layer("Upsample", image,
                [] { return nn::Upsample({.scale_factor = {2}, .mode = "bilinear"}); }),
          layer("PixelShuffle", image, [] { return nn::PixelShuffle(2); }),
          layer("PixelUnshuffle", image, [] { return nn::PixelUnshuffle(2); }),
          layer("Flatten", image, [] { return nn::Flatten(); }),
          layer("Unflatten", line, [] {
            return nn::Unflatten(1, {2, 2});
          })};
}

std::vector<ModelRow> norm_rows() {
  const Feed line{3, 4, 6}, image{3, 4, 2, 2}, room{3, 4, 2, 2, 2};
  return {
      layer("LayerNorm", {3, 4}, [] { return nn::LayerNorm(Shape{4}); }),
      layer("RMSNorm", {3, 4}, [] { return nn::RMSNorm(Shape{4}); }),
      layer("GroupNorm", line, [] { return nn::GroupNorm(2, 4); }),
      layer("LocalResponseNorm", image, [] { return nn::LocalResponseNorm(2); }),
      layer("BatchNorm1d", line, [] { return nn::BatchNorm1d(4); }),
      layer("BatchNorm2d", image, [] { return nn::BatchNorm2d(4); }),
      layer("BatchNorm3d", room, [] { return nn::BatchNorm3d(4); }),
      layer("InstanceNorm1d", line,
            [] { return nn::InstanceNorm1d(4, {.affine = true, .track_running_stats = true}); }),
      layer("InstanceNorm2d", image, [] { return nn::InstanceNorm2d(4, {.affine = true}); }),
      layer("InstanceNorm3d", room, [] { return nn::InstanceNorm3d(4); })};
}

/// Of one layer type that has options in common.
template <class Network, class Options>
ModelRow network(std::string name, const Options& options) {
  return row(
      std::move(name), {{5, 2, 3}}, [options] { return Network(3, 4, options); },
      [](const Network& m, const Tensors& x) { return square(m(x[0]).output).mean(); });
}

nn::TransformerLayerOptions small_layer() { return {.dim_feedforward = 6, .dropout = 0.2}; }

}  // namespace

std::vector<ModelRow> layer_rows() {
  std::vector<ModelRow> rows{layer("Linear", {3, 4}, [] { return nn::Linear(4, 2); }),
                             layer("Identity", {3, 4}, [] { return nn::Identity(); }),
                             layer("Dropout", {3, 4}, [] { return nn::Dropout(0.4); }),
                             layer("Dropout1d", {3, 4, 2}, [] { return nn::Dropout1d(0.4); }),
                             layer("Dropout2d", {3, 4, 2, 2}, [] { return nn::Dropout2d(0.4); }),
                             layer("Dropout3d", {3, 4, 2, 2, 2}, [] { return nn::Dropout3d(0.4); }),
                             layer("Sequential", {3, 4}, [] {
                               return nn::Sequential(nn::Linear(4, 5), nn::BatchNorm1d(5),
                                                     nn::ReLU(), nn::Dropout(0.3),
                                                     nn::Linear(5, 2));
                             })};
  for (auto more : {activation_rows(), image_rows(), norm_rows()}) {
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

std::vector<ModelRow> sequence_rows() {
  const auto square_of = [](const Tensor& y) { return square(y).mean(); };
  const Feed one{4, 2, 8}, other{3, 2, 8};
  const Feed words({3, 5}, int64);
  return {
      network<nn::RNN>("RNN", nn::RNNOptions{.num_layers = 2, .dropout = 0.2}),
      network<nn::GRU>("GRU", nn::RecurrentLayerOptions{.bidirectional = true}),
      network<nn::LSTM>("LSTM", nn::LSTMOptions{.num_layers = 2, .dropout = 0.2}),
      network<nn::LSTM>("LSTM of two ways", nn::LSTMOptions{.bidirectional = true}),
      row(
          "RNNCell", {{2, 3}, {2, 4}}, [] { return nn::RNNCell(3, 4); },
          [=](const auto& m, const Tensors& x) { return square_of(m(x[0], m(x[0], x[1]))); }),
      row(
          "GRUCell", {{2, 3}, {2, 4}}, [] { return nn::GRUCell(3, 4); },
          [=](const auto& m, const Tensors& x) { return square_of(m(x[0], m(x[0], x[1]))); }),
      row(
          "LSTMCell", {{2, 3}}, [] { return nn::LSTMCell(3, 4); },
          [=](const auto& m, const Tensors& x) { return square_of(m(x[0], m(x[0])).c); }),
      layer("Embedding", words, [] { return nn::Embedding(4, 3, {.padding_idx = 1}); }),
      layer("PositionalEncoding", one, [] { return nn::PositionalEncoding(8); }),
      row(
          "MultiheadAttention", {one, other},
          [] { return nn::MultiheadAttention(8, 2, {.dropout = 0.2}); },
          [=](const auto& m, const Tensors& x) { return square_of(m(x[0], x[1], x[1]).output); }),
      layer("TransformerEncoderLayer", one,
            [] { return nn::TransformerEncoderLayer(8, 2, small_layer()); }),
      row(
          "TransformerDecoderLayer", {one, other},
          [] { return nn::TransformerDecoderLayer(8, 2, small_layer()); },
          [=](const auto& m, const Tensors& x) {
            return square_of(m(x[0], x[1], {.tgt_is_causal = true}));
          }),
      layer("TransformerEncoder", one,
            [] {
              return nn::TransformerEncoder(nn::TransformerEncoderLayer(8, 2, small_layer()), 2,
                                            nn::LayerNorm(Shape{8}));
            }),
      row(
          "TransformerDecoder", {one, other},
          [] {
            return nn::TransformerDecoder(nn::TransformerDecoderLayer(8, 2, small_layer()), 2);
          },
          [=](const auto& m, const Tensors& x) { return square_of(m(x[0], x[1])); }),
      row(
          "Transformer", {one, other},
          [] {
            return nn::Transformer({.d_model = 8,
                                    .nhead = 2,
                                    .num_encoder_layers = 1,
                                    .num_decoder_layers = 1,
                                    .layer = small_layer()});
          },
          [=](const auto& m, const Tensors& x) { return square_of(m(x[0], x[1])); })};
}

std::vector<ModelRow> large_rows() {
  return {layer("an MLP", {64, 784},
                [] {
                  return nn::Sequential(nn::Linear(784, 256), nn::ReLU(), nn::Linear(256, 128),
                                        nn::GELU(), nn::Linear(128, 10));
                }),
          layer("a convolutional network", {8, 3, 32, 32},
                [] {
                  return nn::Sequential(nn::Conv2d(3, 16, 3, {.padding = 1}), nn::BatchNorm2d(16),
                                        nn::ReLU(), nn::MaxPool2d(2), nn::Dropout2d(0.2),
                                        nn::Conv2d(16, 16, 3), nn::Flatten(),
                                        nn::Linear(16 * 14 * 14, 10));
                }),
          network<nn::LSTM>("an LSTM", nn::LSTMOptions{.num_layers = 2}),
          layer("a transformer", {32, 16, 64}, [] {
            return nn::TransformerEncoderLayer(64, 4, {.dim_feedforward = 128, .dropout = 0.1});
          })};
}

}  // namespace tapegrad::test
