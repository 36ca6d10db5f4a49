// Writes functions and models as ONNX files, with what they give for some inputs:
//   onnx export FOLDER     a case: NAME.onnx, NAME.in.npz, NAME.out.npz
//   onnx run FOLDER     what each NAME.onnx gives for NAME.in.npz: NAME.out.npz, or why not,
//   NAME.error
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "onnx_functions.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/io/npy.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/conv.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/embedding.hpp"
#include "tapegrad/nn/fold.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/norm.hpp"
#include "tapegrad/nn/pool.hpp"
#include "tapegrad/nn/recurrent.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/nn/shape.hpp"
#include "tapegrad/nn/transformer.hpp"
#include "tapegrad/nn/upsample.hpp"
#include "tapegrad/onnx.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/normalize.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/sequence.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/random.hpp"

namespace tg = tapegrad;
using tg::Tensor;
using tg::unknown;

namespace {

using Tensors = std::vector<Tensor>;

std::string folder;
int number = 0;

Tensor random(const tg::Shape& shape, double low = -2, double high = 2) {
  tg::Generator generator(static_cast<std::uint64_t>(++number));
  return tg::rand(shape, {}, generator) * (high - low) + low;
}

tg::StateDict named(const char* name, const Tensors& list) {
  tg::StateDict all;
  for (std::size_t i = 0; i < list.size(); ++i) {
    all.insert(i == 0 ? std::string(name) : name + ("_" + std::to_string(i)), list[i]);
  }
  return all;
}

int failures = 0;

/// With sizes that are unknown in the file where `feeds` says so.
void write_or_throw(const std::string& name, const tg::Program::Function& f,
                    const std::vector<tg::Feed>& feeds, const Tensors& inputs,
                    const tg::StateDict& names = {}) {
  const tg::NoGrad guard;
  const std::string path = folder + "/" + name;
  tg::onnx::save_function(path + ".onnx", f, feeds, {.names = names});
  const Tensors results = f(inputs);
  tg::io::save_npz(path + ".in.npz", named("input", inputs));
  tg::io::save_npz(path + ".out.npz", named("output", results));
  // The same out of the file again.
  const Tensors again = tg::onnx::load(path + ".onnx").run(inputs);
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (again[i].shape() != results[i].shape() || again[i].dtype() != results[i].dtype() ||
        !tg::allclose(again[i].to(tg::float64), results[i].to(tg::float64), 1e-5, 1e-6, true)) {
      throw tg::Error(name + ": the file gives other numbers here");
    }
  }
}

void write(const std::string& name, const tg::Program::Function& f,
           const std::vector<tg::Feed>& feeds, const Tensors& inputs,
           const tg::StateDict& names = {}) {
  try {
    write_or_throw(name, f, feeds, inputs, names);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), error.what());
    ++failures;
  }
}

void function(const std::string& name, const std::function<Tensor(const Tensor&)>& f,
              const Tensor& x, bool dynamic = true) {
  tg::Shape shape = x.shape();
  if (dynamic && !shape.empty()) shape[0] = unknown;
  write(name, [&](const Tensors& in) { return Tensors{f(in[0])}; }, {tg::Feed(shape, x.dtype())},
        {x});
}

template <class M>
void model(const std::string& name, M layer, const Tensor& x, bool dynamic = true) {
  layer.eval();
  tg::Shape shape = x.shape();
  if (dynamic) shape[0] = unknown;
  write(
      name, [&](const Tensors& in) { return Tensors{layer.forward(in[0])}; },
      {tg::Feed(shape, x.dtype())}, {x}, layer.state_dict());
}

void write_functions() {
  for (const interop::Named& one : interop::pointwise)
    function(one.name, one.f, random({3, 4}, one.low, one.high));
  for (const interop::Named& one : interop::functions) function(one.name, one.f, random({3, 5, 4}));
  function(
      "scalar", [](const Tensor& x) { return tg::exp(x) * tg::sum(x); }, random({}));
}

void write_layers() {
  namespace nn = tg::nn;
  const Tensor line = random({3, 4, 9}), image = random({3, 2, 6, 6}),
               volume = random({3, 2, 4, 6, 4});
  model("Linear", nn::Linear(9, 3), line);
  model("Linear_flat", nn::Linear(4, 3, {.bias = false}), random({3, 4}));
  model("Conv1d", nn::Conv1d(4, 6, 3, {.stride = 2, .groups = 2}), line);
  model("Conv2d", nn::Conv2d(2, 3, {3, 2}, {.padding = 1, .dilation = {1, 2}}), image);
  model("Conv3d", nn::Conv3d(2, 3, 2, {.bias = false}), volume);
  model("Conv_same", nn::Conv2d(2, 3, 4, {.padding = "same"}), image);
  model("ConvTranspose1d", nn::ConvTranspose1d(4, 6, 3, {.stride = 2, .groups = 2}), line);
  model("ConvTranspose2d",
        nn::ConvTranspose2d(2, 3, 3, {.stride = 2, .padding = 1, .output_padding = 1}), image);
  model("MaxPool1d", nn::MaxPool1d(3, {.stride = 2, .padding = 1}), line);
  model("MaxPool2d", nn::MaxPool2d(4, {.stride = 3, .ceil_mode = true}), image);
  model("MaxPool3d", nn::MaxPool3d(2, {.dilation = {1, 2, 1}}), volume);
  model("AvgPool1d", nn::AvgPool1d(3, {.stride = 2, .padding = 1}), line);
  model("AvgPool2d", nn::AvgPool2d(3, {.padding = 1, .count_include_pad = false}), image);
  model("LPPool2d", nn::LPPool2d(2, 2, {.stride = 1}), image);
  model("AdaptiveAvgPool2d", nn::AdaptiveAvgPool2d({2, 3}), image);
  model("GlobalAvgPool", nn::AdaptiveAvgPool2d(1), image);
  model("BatchNorm1d", nn::BatchNorm1d(4), line);
  model("BatchNorm2d", nn::BatchNorm2d(2), image);
  model("InstanceNorm2d", nn::InstanceNorm2d(2, {.affine = true}), image);
  model("LayerNorm", nn::LayerNorm({6, 6}), image);
  model("RMSNorm", nn::RMSNorm(6), image);
  model("GroupNorm", nn::GroupNorm(2, 4), line);
  model("LocalResponseNorm", nn::LocalResponseNorm(2), image, false);
  model("PReLU", nn::PReLU(4), line);
  model("Upsample", nn::Upsample({.scale_factor = {2}, .mode = "bilinear"}), image);
  const nn::FoldOptions moved{.dilation = {2, 1}, .padding = {1, 2}, .stride = {2, 3}};
  model("Unfold", nn::Unfold({2, 3}, moved), image);
  model("Fold", nn::Fold({6, 6}, {2, 3}, moved), random({3, 12, 9}));
  model("PixelShuffle", nn::PixelShuffle(2), random({2, 8, 2, 3}));
  model("LeNet",
        nn::Sequential(nn::Conv2d(2, 6, 3, {.padding = 1}), nn::ReLU(), nn::MaxPool2d(2),
                       nn::Flatten(), nn::Dropout(0.5), nn::Linear(54, 10), nn::LogSoftmax(1)),
        image);
  write("pad_number",
        [](const Tensors& in) {
          return Tensors{tg::pad(in[0], {1, 2, 0, 3}, 7)};
        },
        {tg::Feed({2, 3, 4})}, {random({2, 3, 4})});
  const auto first = [](const auto& layer) {
    return [&layer](const Tensors& in) { return Tensors{layer.forward(in[0]).output}; };
  };
  const Tensor steps = random({4, 3, 5});
  const nn::LSTM lstm(5, 6, {.num_layers = 2, .bidirectional = true});
  write("LSTM", first(lstm), {tg::Feed({4, unknown, 5})}, {steps}, lstm.state_dict());
  const nn::GRU gru(5, 6, {.batch_first = true});
  write("GRU", first(gru), {tg::Feed({unknown, 3, 5})}, {steps}, gru.state_dict());
  const nn::RNN rnn(5, 6);
  write(
      "RNN",
      [&](const Tensors& in) {
        const auto all = rnn.forward(in[0]);
        return Tensors{all.output, all.h_n};
      },
      {tg::Feed({4, unknown, 5})}, {steps}, rnn.state_dict());
  const auto of_lengths = [&](const std::string& name, const auto& layer) {
    write(
        name,
        [&](const Tensors& in) {
          // Of the input's own batch: unknown sizes of two feeds are two sizes.
          const Tensor there = sum((in[0].select(2, 0) > 0).to(tg::int64), 0);
          const auto all = layer.forward(in[0], {.lengths = tg::clamp(there, 1, 4)});
          return Tensors{all.output, all.h_n, there};
        },
        {tg::Feed({4, unknown, 5})}, {random({4, 9, 5})}, layer.state_dict());
  };
  of_lengths("LSTM_lengths", nn::LSTM(5, 6, {.num_layers = 2, .bidirectional = true}));
  of_lengths("GRU_lengths", nn::GRU(5, 6, {.bidirectional = true}));
  of_lengths("RNN_lengths", nn::RNN(5, 6));
  // Where a row has ended: the modules above make 0 of what stays there.
  const Tensor weight = random({6, 2});
  for (const bool reverse : {false, true}) {
    write(reverse ? "stays_reverse" : "stays",
          [&](const Tensors& in) {
            const Tensor there = sum((in[0].select(2, 0) > 0).to(tg::int64), 0);
            const Tensor begun = in[0].select(0, 1).narrow(1, 0, 2);
            return Tensors{nn::recurrent(nn::RecurrentCell::gru, in[0], begun, {}, weight,
                                         {.reverse = reverse, .lengths = tg::clamp(there, 1, 4)})
                               .states};
          },
          {tg::Feed({4, unknown, 6})}, {random({4, 9, 6})});
  }
  const nn::RNN relu(5, 6, {.nonlinearity = "relu"});
  write("RNN_relu", first(relu), {tg::Feed({4, unknown, 5})}, {steps}, relu.state_dict());
  const Tensor mask = tg::tensor({{true, false, true}, {false, false, false}, {true, true, true}});
  write(
      "masked",
      [&](const Tensors& in) {
        return Tensors{nn::scaled_dot_product_attention(in[0], in[0], in[0], {.attn_mask = mask})};
      },
      {tg::Feed({unknown, 2, 3, 4})},
      {where(random({2, 2, 3, 4}) > 1.9, NAN, random({2, 2, 3, 4}))});
  nn::TransformerEncoderLayer encoder(8, 2, {.dim_feedforward = 16, .batch_first = true});
  model("Transformer", std::move(encoder), random({3, 5, 8}));
  write(
      "causal",
      [](const Tensors& in) {
        return Tensors{nn::scaled_dot_product_attention(in[0], in[0], in[0], {.is_causal = true})};
      },
      {tg::Feed({unknown, 2, 5, 4})}, {random({3, 2, 5, 4})});
  const nn::Embedding table(7, 3);
  const Tensor words = tg::randint(7, {2, 5});
  write(
      "Embedding", [&](const Tensors& in) { return Tensors{table.forward(in[0])}; },
      {tg::Feed({unknown, 5}, tg::int64)}, {words}, table.state_dict());
  for (const auto& [mode, name] : {std::pair{nn::EmbeddingBagMode::sum, "EmbeddingBag_sum"},
                                   std::pair{nn::EmbeddingBagMode::mean, "EmbeddingBag_mean"}}) {
    const nn::EmbeddingBag bags(7, 3, {.mode = mode, .padding_idx = 2});
    write(
        name, [&](const Tensors& in) { return Tensors{bags.forward(in[0])}; },
        {tg::Feed({2, 5}, tg::int64)}, {words}, bags.state_dict());
  }
  write("two",
        [](const Tensors& in) {
          return Tensors{in[0] + in[1], in[1] * 2, in[0]};
        },
        {tg::Feed({unknown, 3}), tg::Feed({unknown, 3})}, {random({2, 3}), random({2, 3})});
}

void run(const std::string& stem) {
  Tensors feeds;
  for (const auto& [name, x] : tg::io::load_npz(stem + ".in.npz")) feeds.push_back(x);
  const tg::onnx::Model loaded = tg::onnx::load(stem + ".onnx");
  tg::io::save_npz(stem + ".out.npz", named("output", loaded.run(feeds)));
}

void run_all() {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".onnx") continue;
    const std::string stem = (entry.path().parent_path() / entry.path().stem()).string();
    try {
      run(stem);
    } catch (const tg::Error& error) {
      std::ofstream(stem + ".error") << error.what();
    }
  }
}

}  // namespace

int main(int argc, char** argv) try {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "export" && argc == 3) {
    folder = argv[2];
    write_functions();
    write_layers();
    return failures == 0 ? 0 : 1;
  }
  if (what == "run" && argc == 3) {
    folder = argv[2];
    run_all();
    return 0;
  }
  std::fprintf(stderr, "usage: onnx export FOLDER | onnx run FOLDER\n");
  return 2;
} catch (const std::exception& error) {
  std::fprintf(stderr, "onnx: %s\n", error.what());
  return 1;
}
