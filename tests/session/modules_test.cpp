// Modules in a graph: parameters and buffers are read as they are when it runs.
#include <functional>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/attention.hpp"
#include "tapegrad/nn/conv.hpp"
#include "tapegrad/nn/embedding.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/norm.hpp"
#include "tapegrad/nn/position.hpp"
#include "tapegrad/nn/recurrent.hpp"
#include "tapegrad/nn/transformer.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/session.hpp"

using namespace tapegrad;
using test::difference;
using test::error_of;
using test::spread;

namespace {

using Function = std::function<Tensor(const Tensor&)>;

Tensor floats(const Shape& shape, int seed = 0) {
  return spread(shape, -1, 1, seed).to(float32).detach();
}

/// A graph of f is f itself, before and after all that the module keeps is changed in place.
void check_follows(nn::Module& module, const Tensor& value, const Function& f) {
  Graph graph;
  const Tensor x = graph.placeholder("x", value.dtype(), value.shape());
  const Tensor y = f(x);
  const Session session(graph);
  for (int i = 0; i < 3; ++i) {
    INFO("change " << i << " of\n" << graph.text());
    CHECK(difference(session.run(y, {{x, value}}), f(value).detach(), 0, 0) == "");
    const NoGrad guard;
    for (const auto& [name, kept] : module.state_dict()) {
      if (is_floating(kept.dtype())) Tensor(kept).mul_(1.5);
    }
  }
}

/// And so are its gradients.
void check_gradients(nn::Module& module, const Tensor& value, const Function& f) {
  const std::vector<Tensor> leaves = module.parameters();
  if (leaves.empty()) return;
  Graph graph;
  const Tensor x = graph.placeholder("x", value.dtype(), value.shape());
  const std::vector<Tensor> slopes = graph.gradients(square(f(x)).sum(), leaves);
  const Session session(graph);
  const std::vector<Tensor> now = session.run_all({slopes.begin(), slopes.end()}, {{x, value}});
  const std::vector<Tensor> wanted = grad({square(f(value)).sum()}, leaves);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    INFO("parameter " << i);
    CHECK(difference(now[i], wanted[i], 0, 0) == "");
  }
}

void check_module(nn::Module& module, const Tensor& value, const Function& f) {
  INFO(module);
  module.eval();
  {
    const NoGrad guard;
    check_follows(module, value, f);
  }
  check_follows(module, value, f);
  check_gradients(module, value, f);
}

template <class LayerType>
void check_layer(LayerType layer, const Tensor& value) {
  check_module(layer, value, [&](const Tensor& x) { return layer(x); });
}

TEST_CASE("a graph of layers follows their parameters", "[graph][nn]") {
  manual_seed(1);
  check_layer(nn::Linear(4, 3), floats({2, 4}));
  check_layer(nn::Conv1d(2, 3, 3), floats({2, 2, 5}));
  check_layer(nn::Conv2d(2, 3, {3, 3}, {.padding = 1, .padding_mode = PadMode::reflect}),
              floats({2, 2, 5, 4}));
  check_layer(nn::Conv3d(1, 2, 2), floats({1, 1, 3, 3, 3}));
  check_layer(nn::ConvTranspose1d(2, 3, 3), floats({2, 2, 5}));
  check_layer(nn::ConvTranspose2d(2, 3, 3), floats({2, 2, 3, 4}));
  check_layer(nn::ConvTranspose3d(1, 2, 2), floats({1, 1, 3, 3, 3}));
  check_layer(nn::PReLU(1), floats({2, 3}));
  check_layer(nn::PReLU(3), floats({2, 3, 4}));
  check_layer(nn::Embedding(5, 3), tensor({1, 4, 0}));
  check_layer(nn::Embedding(5, 3, {.padding_idx = 4}), tensor({1, 4, 0}));
  check_layer(nn::PositionalEncoding(4), floats({3, 2, 4}));
  check_layer(nn::PositionalEncoding(4, {.batch_first = true}), floats({3, 2, 4}));
}

TEST_CASE("a graph of norms follows their parameters and running moments", "[graph][nn]") {
  check_layer(nn::LayerNorm(Shape{4}), floats({2, 4}));
  check_layer(nn::RMSNorm(Shape{4}), floats({2, 4}));
  check_layer(nn::GroupNorm(2, 4), floats({2, 4, 3}));
  check_layer(nn::BatchNorm1d(4), floats({3, 4}));
  check_layer(nn::BatchNorm1d(4, {.affine = false}), floats({3, 4}));
  check_layer(nn::BatchNorm2d(2), floats({3, 2, 2, 2}));
  check_layer(nn::BatchNorm3d(2), floats({3, 2, 2, 2, 2}));
  check_layer(nn::InstanceNorm1d(2, {.affine = true, .track_running_stats = true}),
              floats({3, 2, 4}));
  check_layer(nn::InstanceNorm2d(2, {.affine = true}), floats({3, 2, 2, 2}));
  check_layer(nn::InstanceNorm3d(2, {.track_running_stats = true}), floats({3, 2, 2, 2, 2}));
}

TEST_CASE("norms that would move their moments in each run are refused in a graph", "[graph][nn]") {
  Graph graph;
  const Tensor x = graph.placeholder("x", float32, {unknown, 2, 3});
  nn::BatchNorm1d batch(2);
  CHECK(test::contains(error_of([&] { batch.forward(x); }),
                       "batch_norm: x:0 of shape [?, 2, 3] belongs to a graph; in train() mode"));
  nn::InstanceNorm1d instance(2, {.track_running_stats = true});
  CHECK(test::contains(error_of([&] { instance.forward(x); }), "instance_norm: x:0"));
  CHECK(all(batch.running_mean == 0).item<bool>());
  batch.eval();
  CHECK(batch.forward(x).dim() == 3);
}

template <class Network>
void check_network(Network network) {
  check_module(network, floats({3, 2, 4}), [&](const Tensor& x) { return network(x).output; });
  const Tensor h0 = floats({4, 2, 5}, 3);  // two layers, two ways
  check_module(network, floats({3, 2, 4}), [&](const Tensor& x) {
    return network(x, {.h0 = h0, .lengths = tensor({3, 1})}).output;
  });
}

template <class Cell>
void check_cell(Cell cell) {
  check_module(cell, floats({2, 4}), [&](const Tensor& x) { return cell(x); });
  // The input is the constant, and the state is fed.
  check_module(cell, floats({2, 5}), [&](const Tensor& h) { return cell(floats({2, 4}), h); });
}

TEST_CASE("a graph of recurrent networks follows their parameters", "[graph][nn]") {
  manual_seed(1);
  check_network(nn::RNN(4, 5, {.num_layers = 2, .bidirectional = true}));
  check_network(nn::GRU(4, 5, {.num_layers = 2, .bidirectional = true}));
  check_network(nn::LSTM(4, 5, {.num_layers = 2, .bidirectional = true}));
  check_cell(nn::RNNCell(4, 5));
  check_cell(nn::GRUCell(4, 5));
  nn::LSTMCell cell(4, 5);
  check_module(cell, floats({2, 4}), [&](const Tensor& x) { return cell(x).c; });
  check_module(cell, floats({2, 5}), [&](const Tensor& c) {
    return cell(floats({2, 4}), {floats({2, 5}), c}).h;
  });
}

TEST_CASE("a graph of attention follows its parameters, whatever is fed", "[graph][nn]") {
  manual_seed(1);
  const Tensor other = floats({4, 2, 8}, 5);
  const Tensor x = floats({3, 2, 8});
  nn::MultiheadAttention all(8, 2);
  nn::MultiheadAttention parts(8, 2, {.kdim = 8, .vdim = 4});
  const Tensor four = floats({4, 2, 4}, 7);
  check_module(all, x, [&](const Tensor& q) { return all(q, q, q).output; });
  check_module(all, x, [&](const Tensor& q) { return all(q, other, other).output; });
  check_module(all, x, [&](const Tensor& q) { return all(q, other, other * 2).output; });
  check_module(all, x, [&](const Tensor& key) { return all(other, key, key).output; });
  check_module(parts, x, [&](const Tensor& q) { return parts(q, other, four).output; });
  check_module(parts, four, [&](const Tensor& value) {
    return parts(x, other, value, {.need_weights = false}).output;
  });
}

TEST_CASE("a graph of transformers follows their parameters, whatever is fed", "[graph][nn]") {
  manual_seed(1);
  const nn::TransformerLayerOptions options{.dim_feedforward = 6};
  const Tensor other = floats({4, 2, 8}, 5);
  const Tensor x = floats({3, 2, 8});
  nn::TransformerEncoder encoder(nn::TransformerEncoderLayer(8, 2, options), 2,
                                 nn::LayerNorm(Shape{8}));
  check_module(encoder, x, [&](const Tensor& src) { return encoder(src); });
  nn::TransformerDecoder decoder(nn::TransformerDecoderLayer(8, 2, options), 2,
                                 nn::LayerNorm(Shape{8}));
  check_module(decoder, x, [&](const Tensor& tgt) { return decoder(tgt, other); });
  check_module(decoder, x, [&](const Tensor& memory) { return decoder(other, memory); });
  nn::Transformer both({.d_model = 8,
                        .nhead = 2,
                        .num_encoder_layers = 1,
                        .num_decoder_layers = 1,
                        .layer = options});
  check_module(both, x, [&](const Tensor& src) { return both(src, other); });
  check_module(both, x, [&](const Tensor& tgt) { return both(other, tgt); });
}

TEST_CASE("what is computed beside a graph's module is computed at once", "[graph][nn]") {
  const nn::LSTM network(4, 5);
  const Graph graph;
  Graph other;
  const Tensor x = other.placeholder("x", float32, {3, 2, 4});
  const Tensor y = network(x).output;
  const Tensor sum = network.directions[0].bias_ih + network.directions[0].bias_hh;
  CHECK(sum.to_vector<float>().size() == 20);
  CHECK(network(floats({3, 2, 4})).output.sum().item<float>() != 0);
}

TEST_CASE("the state that an LSTM begins with is fed with its batch in front", "[graph][nn]") {
  manual_seed(1);
  const nn::LSTM network(4, 5, {.batch_first = true});
  Graph graph;
  const Tensor x = graph.placeholder("x", float32, {unknown, 3, 4});
  const Tensor within = graph.placeholder("within", float32, {1, unknown, 5});
  CHECK(error_of<ShapeError>([&] { network(x, {.h0 = within}); }) ==
        "LSTM: h0 is [1, ?, 5]; it needs [1, ?, 5], and unknown sizes of two dimensions are two "
        "sizes: feed it with the batch where the input has it, and transpose() it");
  const Tensor h = graph.placeholder("h", float32, {unknown, 1, 5});
  const Tensor y = network(x, {.h0 = h.transpose(0, 1)}).output;
  const Session session(graph);
  for (const std::int64_t batch : {2, 3}) {
    const Tensor value = floats({batch, 3, 4}), state = floats({batch, 1, 5}, 1);
    CHECK(difference(session.run(y, {{x, value}, {h, state}}),
                     network(value, {.h0 = state.transpose(0, 1)}).output.detach(), 0, 0) == "");
  }
}

TEST_CASE("an LSTM is trained by a session as by hand", "[graph][session][nn]") {
  manual_seed(1);
  nn::LSTM network(4, 5);
  nn::LSTM hand(network);
  const Tensor value = floats({3, 2, 4});
  Graph graph;
  const Tensor x = graph.placeholder("x", float32, {3, unknown, 4});
  const GraphOperation train =
      optim::SGD(network.parameters(), {.lr = 0.1}).minimize(square(network(x).output).mean());
  optim::SGD sgd(hand.parameters(), {.lr = 0.1});
  const Session session(graph);
  for (int i = 0; i < 3; ++i) {
    session.run(train, {{x, value}});
    sgd.zero_grad();
    square(hand(value).output).mean().backward();
    sgd.step();
  }
  for (const auto& [name, p] : network.state_dict()) {
    INFO(name);
    CHECK(difference(p.detach(), hand.state_dict()[name].detach(), 0, 0) == "");
  }
}

}  // namespace
