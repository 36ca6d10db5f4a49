// Layers and initialisations refuse an undefined tensor in the name of what computes or fills.
#include "support/undefined_rows.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/adaptive_softmax.hpp"
#include "tapegrad/nn/attention.hpp"
#include "tapegrad/nn/bilinear.hpp"
#include "tapegrad/nn/clip.hpp"
#include "tapegrad/nn/conv.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/embedding.hpp"
#include "tapegrad/nn/fractional_pool.hpp"
#include "tapegrad/nn/init.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/norm.hpp"
#include "tapegrad/nn/padding.hpp"
#include "tapegrad/nn/pool.hpp"
#include "tapegrad/nn/position.hpp"
#include "tapegrad/nn/recurrent.hpp"
#include "tapegrad/nn/shape.hpp"
#include "tapegrad/nn/transformer.hpp"
#include "tapegrad/nn/upsample.hpp"
#include "tapegrad/nn/weight_norm.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("layers refuse an undefined input", "[nn][undefined]") {
  const Tensor none, x = ones({2}), xx = ones({1, 2, 2});
  const nn::AdaptiveLogSoftmaxWithLoss adaptive(4, 5, {2}, {.div_value = 2});
  test::check_undefined({
      {"linear", 1, [&] { nn::Linear(2, 2).forward(none); }},
      {"conv1d", 1, [&] { nn::Conv1d(1, 1, 1).forward(none); }},
      {"conv2d", 1, [&] { nn::Conv2d(1, 1, 1).forward(none); }},
      {"conv3d", 1, [&] { nn::Conv3d(1, 1, 1).forward(none); }},
      {"conv_transpose1d", 1, [&] { nn::ConvTranspose1d(1, 1, 1).forward(none); }},
      {"conv_transpose2d", 1, [&] { nn::ConvTranspose2d(1, 1, 1).forward(none); }},
      {"conv_transpose3d", 1, [&] { nn::ConvTranspose3d(1, 1, 1).forward(none); }},
      {"max_pool1d", 1, [&] { nn::MaxPool1d(1).forward(none); }},
      {"max_pool2d", 1, [&] { nn::MaxPool2d(1).forward(none); }},
      {"max_pool3d", 1, [&] { nn::MaxPool3d(1).forward(none); }},
      {"avg_pool1d", 1, [&] { nn::AvgPool1d(1).forward(none); }},
      {"avg_pool2d", 1, [&] { nn::AvgPool2d(1).forward(none); }},
      {"avg_pool3d", 1, [&] { nn::AvgPool3d(1).forward(none); }},
      {"lp_pool1d", 1, [&] { nn::LPPool1d(2, 1).forward(none); }},
      {"lp_pool2d", 1, [&] { nn::LPPool2d(2, 1).forward(none); }},
      {"lp_pool3d", 1, [&] { nn::LPPool3d(2, 1).forward(none); }},
      {"adaptive_avg_pool1d", 1, [&] { nn::AdaptiveAvgPool1d(1).forward(none); }},
      {"adaptive_avg_pool2d", 1, [&] { nn::AdaptiveAvgPool2d(1).forward(none); }},
      {"adaptive_avg_pool3d", 1, [&] { nn::AdaptiveAvgPool3d(1).forward(none); }},
      {"adaptive_max_pool1d", 1, [&] { nn::AdaptiveMaxPool1d(1).forward(none); }},
      {"adaptive_max_pool2d", 1, [&] { nn::AdaptiveMaxPool2d(1).forward(none); }},
      {"adaptive_max_pool3d", 1, [&] { nn::AdaptiveMaxPool3d(1).forward(none); }},
      {"layer_norm", 1, [&] { nn::LayerNorm(1).forward(none); }},
      {"rms_norm", 1, [&] { nn::RMSNorm(1).forward(none); }},
      {"group_norm", 1, [&] { nn::GroupNorm(1, 1).forward(none); }},
      {"local_response_norm", 1, [&] { nn::LocalResponseNorm(1).forward(none); }},
      {"batch_norm", 1, [&] { nn::BatchNorm1d(1).forward(none); }},
      {"instance_norm", 1, [&] { nn::InstanceNorm1d(1).forward(none); }},
      {"channel_dropout", 1, [&] { nn::Dropout1d().forward(none); }},
      {"batch_norm", 1, [&] { nn::BatchNorm2d(1).forward(none); }},
      {"instance_norm", 1, [&] { nn::InstanceNorm2d(1).forward(none); }},
      {"channel_dropout", 1, [&] { nn::Dropout2d().forward(none); }},
      {"batch_norm", 1, [&] { nn::BatchNorm3d(1).forward(none); }},
      {"instance_norm", 1, [&] { nn::InstanceNorm3d(1).forward(none); }},
      {"channel_dropout", 1, [&] { nn::Dropout3d().forward(none); }},
      {"channel_dropout", 1, [&] { nn::channel_dropout(none, 1); }},
      {"alpha_dropout", 1, [&] { nn::alpha_dropout(none); }},
      {"alpha_dropout", 1, [&] { nn::AlphaDropout().forward(none); }},
      {"feature_alpha_dropout", 1, [&] { nn::feature_alpha_dropout(none); }},
      {"rrelu", 1, [&] { nn::rrelu(none); }},
      {"rrelu", 1, [&] { nn::RReLU().forward(none); }},
      {"channel_shuffle", 1, [&] { nn::channel_shuffle(none, 1); }},
      {"pad", 1, [&] { nn::ReflectionPad2d(1).forward(none); }},
      {"bilinear", 1, [&] { nn::bilinear(none, x, xx); }},
      {"bilinear", 2, [&] { nn::bilinear(x, none, xx); }},
      {"bilinear", 3, [&] { nn::bilinear(x, x, none); }},
      {"weight_norm", 1, [&] { nn::weight_norm(none, x); }},
      {"weight_norm", 2, [&] { nn::weight_norm(x, none); }},
      {"AdaptiveLogSoftmaxWithLoss", 1, [&] { adaptive.forward(none, x); }},
      {"AdaptiveLogSoftmaxWithLoss", 2,
       [&] {
         adaptive.forward(ones({2, 4}), none);
       }},
      {"AdaptiveLogSoftmaxWithLoss", 1, [&] { adaptive.log_prob(none); }},
      {"AdaptiveLogSoftmaxWithLoss", 1, [&] { adaptive.predict(none); }},
      {"threshold", 1, [&] { nn::Threshold(1, 1).forward(none); }},
      {"hardtanh", 1, [&] { nn::Hardtanh().forward(none); }},
      {"softplus", 1, [&] { nn::Softplus().forward(none); }},
      {"gelu", 1, [&] { nn::GELU().forward(none); }},
      {"prelu", 1, [&] { nn::PReLU().forward(none); }},
      {"Identity", 1, [&] { nn::Identity().forward(none); }},
      {"Flatten", 1, [&] { nn::Flatten().forward(none); }},
      {"Unflatten", 1, [&] { nn::Unflatten(0, {1}).forward(none); }},
      {"pixel_shuffle", 1, [&] { nn::pixel_shuffle(none, 1); }},
      {"pixel_unshuffle", 1, [&] { nn::pixel_unshuffle(none, 1); }},
      {"embedding", 1,
       [&] {
         nn::embedding(none, ones({1, 1}));
       }},
      {"embedding", 2, [&] { nn::embedding(ones({1}), none); }},
      {"interpolate", 1, [&] { nn::interpolate(none, {.size = 1}); }},
      {"fractional_max_pool2d", 1, [&] { nn::fractional_max_pool2d(none, 1, {.output_size = 1}); }},
      {"fractional_max_pool3d", 1, [&] { nn::fractional_max_pool3d(none, 1, {.output_size = 1}); }},
      {"fractional_max_pool2d_with_indices", 1,
       [&] { nn::fractional_max_pool2d_with_indices(none, 1, {.output_size = 1}); }},
      {"fractional_max_pool3d_with_indices", 1,
       [&] { nn::fractional_max_pool3d_with_indices(none, 1, {.output_size = 1}); }},
      {"relu", 1, [&] { nn::ReLU().forward(none); }},
      {"sigmoid", 1, [&] { nn::Sigmoid().forward(none); }},
      {"tanh", 1, [&] { nn::Tanh().forward(none); }},
      {"dropout", 1, [&] { nn::dropout(none); }},
      {"dropout", 1, [&] { nn::Dropout(0.5).forward(none); }},
  });
}

TEST_CASE("models of sequences refuse an undefined input", "[nn][undefined]") {
  const Tensor none;
  const Tensor x = ones({3, 2, 4});
  const nn::MultiheadAttention attention(4, 2);
  const nn::TransformerEncoderLayer encoder(4, 2, {.dim_feedforward = 4});
  const nn::TransformerDecoderLayer decoder(4, 2, {.dim_feedforward = 4});
  const nn::Transformer both({.d_model = 4,
                              .nhead = 2,
                              .num_encoder_layers = 0,
                              .num_decoder_layers = 0,
                              .layer = {.dim_feedforward = 4}});
  test::check_undefined({
      {"MultiheadAttention", 1, [&] { attention(none, x, x); }},
      {"MultiheadAttention", 2, [&] { attention(x, none, x); }},
      {"MultiheadAttention", 3, [&] { attention(x, x, none); }},
      {"MultiheadAttention", 1, [&] { encoder(none); }},
      {"MultiheadAttention", 1, [&] { decoder(none, x); }},
      {"MultiheadAttention", 2, [&] { decoder(x, none); }},
      {"TransformerEncoder", 1, [&] { both.encoder.forward(none); }},
      {"TransformerDecoder", 1, [&] { both.decoder.forward(none, x); }},
      {"TransformerDecoder", 2, [&] { both.decoder.forward(x, none); }},
      {"Transformer", 1, [&] { both(none, x); }},
      {"Transformer", 2, [&] { both(x, none); }},
      {"GRU", 1, [&] { nn::GRU(4, 4).forward(none); }},
      {"LSTM", 1, [&] { nn::LSTM(4, 4).forward(none); }},
      {"RNNCell", 1, [&] { nn::RNNCell(4, 4).forward(none); }},
      {"GRUCell", 1, [&] { nn::GRUCell(4, 4).forward(none); }},
      {"LSTMCell", 1, [&] { nn::LSTMCell(4, 4).forward(none); }},
      {"PositionalEncoding", 1, [&] { nn::PositionalEncoding(4).forward(none); }},
  });
}

TEST_CASE("initialisations refuse an undefined tensor", "[nn][undefined]") {
  namespace init = nn::init;
  const Tensor none;
  test::check_undefined({
      {"init::uniform_", 1, [&] { init::uniform_(none); }},
      {"init::normal_", 1, [&] { init::normal_(none); }},
      {"init::constant_", 1, [&] { init::constant_(none, 1); }},
      {"init::zeros_", 1, [&] { init::zeros_(none); }},
      {"init::ones_", 1, [&] { init::ones_(none); }},
      {"init::calculate_fans", 1, [&] { init::calculate_fans(none); }},
      {"init::xavier_uniform_", 1, [&] { init::xavier_uniform_(none); }},
      {"init::xavier_normal_", 1, [&] { init::xavier_normal_(none); }},
      {"init::kaiming_uniform_", 1, [&] { init::kaiming_uniform_(none); }},
      {"init::kaiming_normal_", 1, [&] { init::kaiming_normal_(none); }},
  });
}

TEST_CASE("what goes over all parameters refuses an undefined one", "[nn][undefined]") {
  const Tensor none;
  const Tensor x = ones({2});
  test::check_undefined(
      {{"vector_to_parameters", 1, [&] { nn::vector_to_parameters(none, {x}); }}});
  const std::vector<test::UndefinedRow> lists = {
      {"clip_grad_norm_", 1,
       [&] {
         nn::clip_grad_norm_({x, none}, 1);
       }},
      {"clip_grad_value_", 1,
       [&] {
         nn::clip_grad_value_({x, none}, 1);
       }},
      {"parameters_to_vector", 1,
       [&] {
         nn::parameters_to_vector({x, none});
       }},
      {"vector_to_parameters", 2,
       [&] {
         nn::vector_to_parameters(x, {x, none});
       }},
  };
  for (const test::UndefinedRow& row : lists) {
    CHECK(test::error_of(row.call) ==
          row.name + ": argument " + std::to_string(row.place) +
              " holds an undefined tensor at 1: " + test::how_undefined);
  }
}
