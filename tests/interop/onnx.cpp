// Writes functions and models as ONNX files, with what they give for some inputs:
//   onnx export FOLDER     a case: NAME.onnx, NAME.in.npz, NAME.out.npz
//   onnx run FOLDER     what each NAME.onnx gives for NAME.in.npz: NAME.out.npz, or why not,
//   NAME.error
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "tapegrad/autograd.hpp"
#include "tapegrad/io/npy.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/conv.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/embedding.hpp"
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

using F = Tensor (*)(const Tensor&);

struct Named {
  const char* name;
  F f;
  double low = -2, high = 2;
};

const Named pointwise[] = {
    {"abs", tg::abs},
    {"acos", tg::acos, -0.9, 0.9},
    {"acosh", tg::acosh, 1.1, 4},
    {"asin", tg::asin, -0.9, 0.9},
    {"asinh", tg::asinh},
    {"atan", tg::atan},
    {"atanh", tg::atanh, -0.9, 0.9},
    {"ceil", tg::ceil},
    {"cos", tg::cos},
    {"cosh", tg::cosh},
    {"erf", tg::erf},
    {"erfc", tg::erfc},
    {"exp", tg::exp},
    {"exp2", tg::exp2},
    {"expm1", tg::expm1},
    {"floor", tg::floor},
    {"log", tg::log, 0.1, 3},
    {"log10", tg::log10, 0.1, 3},
    {"log1p", tg::log1p, -0.5, 3},
    {"log2", tg::log2, 0.1, 3},
    {"logsigmoid", tg::logsigmoid},
    {"neg", tg::neg},
    {"reciprocal", tg::reciprocal, 0.5, 3},
    {"relu", tg::relu},
    {"relu6", tg::relu6, -8, 8},
    {"rsqrt", tg::rsqrt, 0.5, 3},
    {"selu", tg::selu},
    {"sigmoid", tg::sigmoid},
    {"sign", tg::sign},
    {"silu", tg::silu},
    {"mish", tg::mish},
    {"hardswish", tg::hardswish, -5, 5},
    {"hardsigmoid", tg::hardsigmoid, -5, 5},
    {"sin", tg::sin},
    {"sinh", tg::sinh},
    {"softplus", tg::softplus},
    {"softsign", tg::softsign},
    {"sqrt", tg::sqrt, 0.1, 3},
    {"square", tg::square},
    {"tan", tg::tan, -1, 1},
    {"tanh", tg::tanh},
    {"tanhshrink", tg::tanhshrink},
    {"trunc", tg::trunc},
    {"frac", tg::frac},
    {"isnan", tg::isnan},
    {"isfinite", tg::isfinite},
};

const Named functions[] = {
    {"gelu", [](const Tensor& x) { return tg::gelu(x); }},
    {"gelu_tanh", [](const Tensor& x) { return tg::gelu(x, "tanh"); }},
    {"elu", [](const Tensor& x) { return tg::elu(x, 0.7); }},
    {"celu", [](const Tensor& x) { return tg::celu(x, 0.7); }},
    {"leaky_relu", [](const Tensor& x) { return tg::leaky_relu(x, 0.2); }},
    {"hardshrink", [](const Tensor& x) { return tg::hardshrink(x); }},
    {"softshrink", [](const Tensor& x) { return tg::softshrink(x); }},
    {"threshold", [](const Tensor& x) { return tg::threshold(x, 0.1, 20); }},
    {"hardtanh", [](const Tensor& x) { return tg::hardtanh(x, -0.3, 0.6); }},
    {"round", [](const Tensor& x) { return tg::round(x); }},
    {"clamp_min", [](const Tensor& x) { return tg::clamp_min(x, 0.2); }},
    {"numbers", [](const Tensor& x) { return 2 / (1.5 - x / 4) + tg::pow(x * x + 1, 0.3); }},
    {"number_power", [](const Tensor& x) { return tg::pow(3, x); }},
    {"remainder", [](const Tensor& x) { return tg::remainder(x, 0.7); }},
    {"fmod", [](const Tensor& x) { return tg::fmod(x, 0.7); }},
    {"floor_divide", [](const Tensor& x) { return tg::floor_divide(x, 0.7); }},
    {"maximum", [](const Tensor& x) { return tg::maximum(x, tg::flip(x, {1})); }},
    {"compare", [](const Tensor& x) { return (x > 0.5) | (x < -1) | (x == 0) | !(x != 2); }},
    {"where",
     [](const Tensor& x) { return tg::where(x > 0, x, 0.1 * x) + tg::where(x < 0, 1, x); }},
    {"masked_fill", [](const Tensor& x) { return tg::masked_fill(x, x > 1, -3); }},
    {"nan_to_num", [](const Tensor& x) { return tg::nan_to_num(tg::log(x), 7, 1, -2); }},
    {"to", [](const Tensor& x) { return (x * 10).to(tg::int32).to(tg::float32) * 0.5; }},
    {"sum",
     [](const Tensor& x) {
       return tg::sum(x, {0, 2}) + tg::sum(x);
     }},
    {"sum_of_mask", [](const Tensor& x) { return tg::sum(x > 0, {1}, tg::keepdim); }},
    {"mean", [](const Tensor& x) { return tg::mean(x, 1, tg::keepdim) * tg::mean(x); }},
    {"amax", [](const Tensor& x) { return tg::amax(x, {1}) - tg::amin(x, {1}); }},
    {"prod",
     [](const Tensor& x) {
       return tg::prod(x, {1, 2});
     }},
    {"norm",
     [](const Tensor& x) {
       return tg::norm(x, 2, {1}) + tg::norm(x, 1, {1}) + tg::norm(x, 3, {1});
     }},
    {"var", [](const Tensor& x) { return tg::var(x, 1) + tg::std(x, {1}, tg::Keepdim::no, 0); }},
    {"softmax", [](const Tensor& x) { return tg::softmax(x, 1) + tg::log_softmax(x, -1); }},
    {"logsumexp", [](const Tensor& x) { return tg::logsumexp(x, 1); }},
    {"argmax", [](const Tensor& x) { return tg::argmax(x, 1) - tg::argmin(x, 1); }},
    {"max_along", [](const Tensor& x) { return tg::max(x, 1).values; }},
    {"cumsum", [](const Tensor& x) { return tg::cumsum(x, 1); }},
    {"sort", [](const Tensor& x) { return tg::sort(x, 1, true).values; }},
    {"topk", [](const Tensor& x) { return tg::topk(x, 2, 1).values; }},
    {"view",
     [](const Tensor& x) {
       return x.reshape({x.size(0), -1}) * 2;
     }},
    {"flatten", [](const Tensor& x) { return x.flatten(0, 1); }},
    {"permute",
     [](const Tensor& x) {
       return x.permute({2, 0, 1}) + 0;
     }},
    {"transpose", [](const Tensor& x) { return x.transpose(1, 2).contiguous(); }},
    {"expand", [](const Tensor& x) { return tg::mean(x, 2, tg::keepdim).expand(x.shape()); }},
    {"select", [](const Tensor& x) { return x.select(1, 2) + x[0].select(0, 1); }},
    {"slice", [](const Tensor& x) { return x.slice(1, 1, 4, 2) + x.slice(1, 0, 2); }},
    {"flip",
     [](const Tensor& x) {
       return tg::flip(x, {1, 2});
     }},
    {"cat",
     [](const Tensor& x) {
       return tg::cat({x, x * 2, tg::ones_like(x)}, 1);
     }},
    {"stack",
     [](const Tensor& x) {
       return tg::stack({x, x + 1}, 1);
     }},
    {"split",
     [](const Tensor& x) { return tg::split(x, 3, 1)[1] + tg::split(x, 2, 1)[0].slice(1, 0, 1); }},
    {"unbind", [](const Tensor& x) { return tg::unbind(x, 1)[3]; }},
    {"tril", [](const Tensor& x) { return tg::tril(x) + tg::triu(x, 1) * 2; }},
    {"one_row",
     [](const Tensor& x) {
       return tg::zeros({2, 2}) + tg::sum(x);
     }},
    {"matmul", [](const Tensor& x) { return tg::matmul(x, x.transpose(1, 2)); }},
    {"einsum",
     [](const Tensor& x) {
       return tg::einsum("bij,bkj->bik", {x, x});
     }},
    {"rms_norm", [](const Tensor& x) { return tg::nn::rms_norm(x, {4}); }},
    {"layer_norm",
     [](const Tensor& x) {
       return tg::nn::layer_norm(x, {5, 4});
     }},
    {"gather", [](const Tensor& x) { return tg::gather(x, 1, tg::argsort(x, 1)); }},
    {"pad",
     [](const Tensor& x) {
       return tg::pad(x, {1, 2}, tg::PadMode::reflect);
     }},
    {"upsample", [](const Tensor& x) { return tg::nn::interpolate(x, {.scale_factor = {2}}); }},
};

void write_functions() {
  for (const Named& one : pointwise) function(one.name, one.f, random({3, 4}, one.low, one.high));
  for (const Named& one : functions) function(one.name, one.f, random({3, 5, 4}));
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
