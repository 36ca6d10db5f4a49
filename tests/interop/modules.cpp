// What tests/interop/modules_test.py has modules do: compute with the state of torch's, and find
// the gradients of inputs and parameters.
#include <cstdio>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tapegrad/autograd.hpp"
#include "tapegrad/io/safetensors.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/adaptive_softmax.hpp"
#include "tapegrad/nn/attention.hpp"
#include "tapegrad/nn/bilinear.hpp"
#include "tapegrad/nn/conv.hpp"
#include "tapegrad/nn/distance.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/fold.hpp"
#include "tapegrad/nn/fractional_pool.hpp"
#include "tapegrad/nn/loss.hpp"
#include "tapegrad/nn/padding.hpp"
#include "tapegrad/nn/recurrent.hpp"
#include "tapegrad/nn/shape.hpp"
#include "tapegrad/nn/spectral_norm.hpp"
#include "tapegrad/nn/unpool.hpp"
#include "tapegrad/nn/upsample.hpp"
#include "tapegrad/nn/weight_norm.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/sequence/attention.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

namespace tg = tapegrad;
namespace nn = tg::nn;
using Tensors = std::vector<tg::Tensor>;

namespace {

/// A module, and what of it is a function of its inputs.
struct Case {
  std::shared_ptr<nn::Module> module;
  std::function<tg::Tensor(const Tensors&)> forward;
};
using Maker = std::function<Case()>;

template <class M, class F>
Case made(M value, F f) {
  const auto module = std::make_shared<M>(std::move(value));
  return {module, [module, f](const Tensors& x) { return f(*module, x); }};
}

/// Of one input, or of several.
template <class M>
Case plain(M value) {
  return made(std::move(value), [](M& m, const Tensors& x) {
    if constexpr (requires { m(x[0]); }) {
      return m(x[0]);
    } else if constexpr (requires { m(x[0], x[1]); }) {
      return m(x[0], x[1]);
    } else if constexpr (requires { m(x[0], x[1], x[2]); }) {
      return m(x[0], x[1], x[2]);
    } else {
      return m(x[0], x[1], x[2], x[3]);
    }
  });
}

struct Nothing : nn::Module {};

template <class F>
Case function(F f) {
  return made(Nothing(), [f](Nothing&, const Tensors& x) { return f(x); });
}

/// All results of an LSTM in a row.
Case lstm(const nn::LSTMOptions& options, bool ragged) {
  return made(nn::LSTM(4, 5, options), [ragged](nn::LSTM& m, const Tensors& x) {
    const nn::RecurrentArguments more{.lengths = ragged ? tg::tensor({5, 2, 4}) : tg::Tensor()};
    const auto all = m(x[0], more);
    return tg::cat({all.output.flatten(), all.h_n.flatten(), all.c_n.flatten()});
  });
}

/// Output and weights of each head in a row.
Case attention(std::int64_t heads, const nn::MultiheadAttentionOptions& options,
               bool causal = false) {
  return made(nn::MultiheadAttention(6, heads, options),
              [causal](nn::MultiheadAttention& m, const Tensors& x) {
                const auto [output, weights] =
                    m(x[0], x[1], x[2], {.average_attn_weights = false, .is_causal = causal});
                return tg::cat({output.flatten(), weights.flatten()});
              });
}

/// A pool whose samples are torch's.
template <class Pool>
Case fractional(const tg::Dims& kernel, const tg::Shape& planes,
                nn::FractionalMaxPoolOptions options) {
  options.random_samples = tg::zeros(planes, {.dtype = tg::float64});
  return plain(Pool(kernel, options));
}

Case ctc(const nn::CtcLossOptions& options) {
  return made(nn::CTCLoss(options), [](nn::CTCLoss& m, const Tensors& x) {
    return m(tg::log_softmax(x[0], -1), x[1], x[2], x[3]);
  });
}

template <class Pad>
Maker padded(const tg::Dims& widths) {
  return [widths] { return plain(Pad(widths)); };
}

nn::Upsample resized(const nn::InterpolateOptions& options) { return nn::Upsample(options); }

Maker antialiased(nn::InterpolateOptions options) {
  options.antialias = true;
  return [options] { return plain(resized(options)); };
}

/// As in modules_test.py.
const std::map<std::string, Maker> cases = {
    {"Bilinear", [] { return plain(nn::Bilinear(3, 4, 2)); }},
    {"weight_norm, Linear", [] { return plain(nn::weight_norm(nn::Linear(4, 3))); }},
    {"weight_norm, Conv2d",
     [] { return plain(nn::weight_norm(nn::Conv2d(2, 3, 2), std::nullopt)); }},
    {"weight_norm, ConvTranspose1d",
     [] { return plain(nn::weight_norm(nn::ConvTranspose1d(4, 3, 2), -2)); }},
    {"spectral_norm, Linear", [] { return plain(nn::spectral_norm(nn::Linear(4, 3))); }},
    {"spectral_norm, Conv2d",
     [] { return plain(nn::spectral_norm(nn::Conv2d(2, 3, 2), {.n_power_iterations = 3})); }},
    {"spectral_norm, ConvTranspose2d",
     [] { return plain(nn::spectral_norm(nn::ConvTranspose2d(2, 3, 2))); }},
    {"LSTM, projected", [] { return lstm({.proj_size = 3}, false); }},
    {"LSTM, projected, ragged",
     [] { return lstm({.num_layers = 2, .bidirectional = true, .proj_size = 2}, true); }},
    {"bicubic",
     [] {
       return plain(resized({.size = {9, 4}, .mode = "bicubic"}));
     }},
    {"bicubic, scaled",
     [] {
       return plain(resized({.scale_factor = {1.7, 2.3}, .mode = "bicubic"}));
     }},
    {"bicubic, aligned",
     [] {
       return plain(resized({.size = {9, 4}, .mode = "bicubic", .align_corners = true}));
     }},
    {"bicubic, one",
     [] { return plain(resized({.size = 1, .mode = "bicubic", .align_corners = true})); }},
    {"antialias, bilinear", antialiased({.size = {4, 3}, .mode = "bilinear"})},
    {"antialias, bilinear, aligned",
     antialiased({.size = {3, 8}, .mode = "bilinear", .align_corners = true})},
    {"antialias, bicubic", antialiased({.size = {4, 9}, .mode = "bicubic"})},
    {"antialias, bicubic, scaled", antialiased({.scale_factor = {0.37, 0.6}, .mode = "bicubic"})},
    {"antialias, bicubic, one", antialiased({.size = 1, .mode = "bicubic", .align_corners = true})},
    {"nearest-exact",
     [] {
       return plain(resized({.size = {9, 4}, .mode = "nearest-exact"}));
     }},
    {"area",
     [] {
       return plain(resized({.size = {4, 3}, .mode = "area"}));
     }},
    {"UpsamplingNearest2d", [] { return plain(nn::UpsamplingNearest2d({.scale_factor = {2}})); }},
    {"UpsamplingBilinear2d",
     [] {
       return plain(nn::UpsamplingBilinear2d({.size = {7, 8}}));
     }},
    {"ConstantPad1d",
     [] {
       return plain(nn::ConstantPad1d({1, 2}, 1.5));
     }},
    {"ConstantPad2d", [] { return plain(nn::ConstantPad2d(1, -2)); }},
    {"ConstantPad3d",
     [] {
       return plain(nn::ConstantPad3d({1, 0, 2, 1, 0, 1}, 0.5));
     }},
    {"ZeroPad1d", padded<nn::ZeroPad1d>({1, 2})},
    {"ZeroPad2d", padded<nn::ZeroPad2d>({1, 0, 2, -1})},
    {"ZeroPad3d", padded<nn::ZeroPad3d>(1)},
    {"ReflectionPad1d", padded<nn::ReflectionPad1d>({1, 2})},
    {"ReflectionPad2d", padded<nn::ReflectionPad2d>({1, 0, 2, 1})},
    {"ReflectionPad3d", padded<nn::ReflectionPad3d>(1)},
    {"ReplicationPad1d", padded<nn::ReplicationPad1d>({1, 2})},
    {"ReplicationPad2d", padded<nn::ReplicationPad2d>({1, 0, 2, 1})},
    {"ReplicationPad3d", padded<nn::ReplicationPad3d>(2)},
    {"CircularPad1d", padded<nn::CircularPad1d>({1, 2})},
    {"CircularPad2d", padded<nn::CircularPad2d>({1, 0, 2, 1})},
    {"CircularPad3d", padded<nn::CircularPad3d>(1)},
    {"Unfold",
     [] {
       return plain(nn::Unfold({2, 3}, {.dilation = {2, 1}, .padding = 1, .stride = {1, 2}}));
     }},
    {"Fold",
     [] {
       return plain(nn::Fold({6, 5}, {2, 3}, {.dilation = {2, 1}, .padding = 1, .stride = {1, 2}}));
     }},
    {"ChannelShuffle", [] { return plain(nn::ChannelShuffle(2)); }},
    {"CosineSimilarity", [] { return plain(nn::CosineSimilarity(2)); }},
    {"PairwiseDistance", [] { return plain(nn::PairwiseDistance(3, 1e-4, tg::keepdim)); }},
    {"AdaptiveLogSoftmaxWithLoss",
     [] {
       return made(
           nn::AdaptiveLogSoftmaxWithLoss(8, 12, {3, 7}, {.div_value = 2, .head_bias = true}),
           [](nn::AdaptiveLogSoftmaxWithLoss& m, const Tensors& x) {
             const auto all = m(x[0], x[1]);
             return tg::cat({all.output, all.loss.reshape({1}), m.log_prob(x[0]).flatten(),
                             m.predict(x[0]).to(tg::float64)});
           });
     }},
    {"CTCLoss", [] { return ctc({}); }},
    {"CTCLoss, each", [] { return ctc({.blank = 2, .reduction = tg::Reduction::none}); }},
    {"CTCLoss, behind one another", [] { return ctc({.reduction = tg::Reduction::sum}); }},
    {"CTCLoss, without infinity", [] { return ctc({.zero_infinity = true}); }},
    {"CTCLoss, one", [] { return ctc({}); }},
    {"Softmin", [] { return plain(nn::Softmin(1)); }},
    {"Softmax2d", [] { return plain(nn::Softmax2d()); }},
    {"RReLU", [] { return plain(nn::RReLU(0.1, 0.5)); }},
    {"AlphaDropout", [] { return plain(nn::AlphaDropout(0)); }},
    {"MaxUnpool1d", [] { return plain(nn::MaxUnpool1d(2)); }},
    {"MaxUnpool2d",
     [] {
       return plain(nn::MaxUnpool2d(2, {.stride = {2, 3}}));
     }},
    {"MaxUnpool3d",
     [] {
       return plain(nn::MaxUnpool3d({1, 2, 2}));
     }},
    {"FractionalMaxPool2d",
     [] {
       return fractional<nn::FractionalMaxPool2d>({2, 3}, {2, 3, 2}, {.output_size = {3, 2}});
     }},
    {"FractionalMaxPool2d, by ratio",
     [] {
       return fractional<nn::FractionalMaxPool2d>(2, {2, 3, 2}, {.output_ratio = {0.6, 0.3}});
     }},
    {"FractionalMaxPool2d, alone",
     [] {
       return fractional<nn::FractionalMaxPool2d>(3, {1, 3, 2}, {.output_size = {5, 1}});
     }},
    {"FractionalMaxPool3d",
     [] {
       return fractional<nn::FractionalMaxPool3d>({2, 1, 3}, {2, 2, 3}, {.output_size = {3, 4, 2}});
     }},
    {"fractional, places",
     [] {
       return function([](const Tensors& x) {
         const auto pooled = nn::fractional_max_pool2d_with_indices(
             x[0], 2, {.output_size = 4, .random_samples = x[1]});
         return pooled.indices.to(tg::float64) + 0 * tg::sum(x[0]);
       });
     }},
    {"TripletMarginWithDistanceLoss",
     [] {
       return plain(
           nn::TripletMarginWithDistanceLoss({.distance_function =
                                                  [](const tg::Tensor& a, const tg::Tensor& b) {
                                                    return 1 - nn::cosine_similarity(a, b);
                                                  },
                                              .margin = 0.5,
                                              .swap = true}));
     }},
    {"attention, more keys",
     [] { return attention(2, {.add_bias_kv = true, .add_zero_attn = true}); }},
    {"attention, a learnt key",
     [] { return attention(2, {.bias = false, .add_bias_kv = true, .kdim = 4, .vdim = 5}); }},
    {"attention, a zero, causal", [] { return attention(2, {.add_zero_attn = true}, true); }},
    {"attention, more keys, alone",
     [] { return attention(3, {.add_bias_kv = true, .add_zero_attn = true}); }},
    {"attention, broadcast",
     [] {
       return function(
           [](const Tensors& x) { return nn::scaled_dot_product_attention(x[0], x[1], x[2]); });
     }},
    {"attention, grouped",
     [] {
       return function([](const Tensors& x) {
         return nn::scaled_dot_product_attention(x[0], x[1], x[2],
                                                 {.is_causal = true, .enable_gqa = true});
       });
     }},
};

/// Put together in place: g++ 12 sees an overlap in a literal + a string that isn't there.
std::string named(const char* kind, const std::string& name) {
  std::string both = kind;
  both += name;
  return both;
}

/// The gradients are those of the sum of the results times `w`.
void run(const std::string& name, const std::string& mode, const std::string& state,
         const std::string& inputs, const std::string& result) {
  const Case it = cases.at(name)();
  it.module->to(tg::float64);
  it.module->train(mode == "train");
  const auto loaded = it.module->load_state_dict(tg::io::load_safetensors(state).tensors);
  if (!loaded.complete()) throw tg::Error("names differ from torch's");
  const auto given = tg::io::load_safetensors(inputs).tensors;
  Tensors x;
  for (std::size_t i = 0; given.contains(named("x", std::to_string(i))); ++i) {
    x.push_back(given[named("x", std::to_string(i))].clone());
    if (tg::is_floating(x.back().dtype())) x.back().requires_grad_();
  }
  const tg::Tensor y = it.forward(x);
  tg::StateDict all{{"y", y.detach().contiguous()}};
  tg::sum(y * given["w"]).backward();
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i].grad().defined()) all.insert(named("x", std::to_string(i)), x[i].grad().contiguous());
  }
  for (const auto& [key, parameter] : it.module->named_parameters()) {
    if (parameter.grad().defined()) all.insert(named("grad ", key), parameter.grad().contiguous());
  }
  for (const auto& [key, tensor] : it.module->state_dict()) {
    all.insert(named("after ", key), tensor.contiguous());
  }
  tg::io::save_safetensors(result, all);
}

}  // namespace

int main(int count, char** arguments) try {
  const std::string verb = count > 1 ? arguments[1] : "";
  if (verb == "names") {
    for (const auto& [name, maker] : cases) std::puts(name.c_str());
  } else if (verb == "run" && count == 7) {
    run(arguments[2], arguments[3], arguments[4], arguments[5], arguments[6]);
  } else {
    std::fprintf(stderr, "usage: %s names | run MODULE train|eval STATE INPUTS RESULT\n",
                 arguments[0]);
    return 2;
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
