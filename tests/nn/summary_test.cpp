#include "tapegrad/nn/summary.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
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
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

nn::Sequential lenet() {
  return nn::Sequential(nn::Conv2d(1, 6, 5, {.padding = 2}), nn::ReLU(), nn::MaxPool2d(2),
                        nn::Conv2d(6, 16, 5), nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(),
                        nn::Linear(400, 120), nn::ReLU(), nn::Linear(120, 84), nn::ReLU(),
                        nn::Linear(84, 10));
}

/// A block of ResNet-18, which has no operator() of its own: its parts are called all the same.
struct Residual : nn::Module {
  nn::Conv2d conv1, conv2;
  nn::BatchNorm2d norm1, norm2;
  std::optional<nn::Sequential> shortcut;

  Residual(std::int64_t in, std::int64_t out, std::int64_t stride)
      : conv1(in, out, 3, {.stride = stride, .padding = 1, .bias = false}),
        conv2(out, out, 3, {.padding = 1, .bias = false}),
        norm1(out),
        norm2(out) {
    if (stride == 1 && in == out) return;
    shortcut.emplace(nn::Conv2d(in, out, 1, {.stride = stride, .bias = false}),
                     nn::BatchNorm2d(out));
  }
  void visit(nn::Visitor& v) override {
    v("conv1", conv1);
    v("bn1", norm1);
    v("conv2", conv2);
    v("bn2", norm2);
    v("downsample", shortcut);
  }
  Tensor forward(const Tensor& x) const {
    const Tensor y = norm2(conv2(relu(norm1(conv1(x)))));
    return relu(y + (shortcut ? (*shortcut)(x) : x));
  }
};

struct ResNet18 : nn::Module {
  nn::Conv2d conv{3, 64, 7, {.stride = 2, .padding = 3, .bias = false}};
  nn::BatchNorm2d norm{64};
  nn::MaxPool2d pool{3, {.stride = 2, .padding = 1}};
  std::vector<Residual> layers;
  nn::Linear fc{512, 1000};

  ResNet18() {
    std::int64_t in = 64;
    for (const std::int64_t out : {64, 128, 256, 512}) {
      layers.emplace_back(in, out, out == 64 ? 1 : 2);
      layers.emplace_back(out, out, 1);
      in = out;
    }
  }
  void visit(nn::Visitor& v) override {
    v("conv1", conv);
    v("bn1", norm);
    v("maxpool", pool);
    v("layers", layers);
    v("fc", fc);
  }
  Tensor forward(const Tensor& image) const {
    Tensor x = pool(relu(norm(conv(image))));
    for (const Residual& layer : layers) x = layer.forward(x);
    return fc(mean(x, {2, 3}));
  }
};

const nn::SummaryRow& row(const nn::Summary& summary, const std::string& name) {
  for (const nn::SummaryRow& r : summary.rows) {
    if (r.name == name) return r;
  }
  throw Error("no row " + name);
}

}  // namespace

// torch.utils.flop_counter.FlopCounterMode of torch 2.13 counts 833040 operations, two for a
// multiply-add, and 61706 parameters.
TEST_CASE("a summary of LeNet counts what PyTorch counts", "[nn][summary]") {
  const nn::Sequential net = lenet();
  const nn::Summary summary = nn::summary(net, zeros({1, 1, 28, 28}));
  CHECK(summary.parameters == 61706);
  CHECK(summary.trainable == 61706);
  CHECK(summary.parameter_bytes == 4 * 61706);
  CHECK(summary.multiply_adds == 416520);
  CHECK(summary.inputs == std::vector<Shape>{{1, 1, 28, 28}});
  REQUIRE(summary.rows.size() == 13);
  CHECK(summary.rows[0].type == "Sequential");
  CHECK(*summary.rows[0].output == Shape{1, 10});
  CHECK(*row(summary, "2").output == Shape{1, 6, 14, 14});
  CHECK(*row(summary, "6").output == Shape{1, 400});
  CHECK(row(summary, "3").multiply_adds == 100 * 16 * 150);
  CHECK(row(summary, "3").parameters == 16 * 151);
  CHECK(row(summary, "4").multiply_adds == 0);
}

// The same of torchvision's ResNet-18: 11,689,512 parameters, as its documentation says, and
// 1,814,073,344 multiply-adds for 224 x 224, which are 148,557,824 for 64 x 64.
TEST_CASE("a summary of ResNet-18 goes through parts that are called by forward()",
          "[nn][summary]") {
  ResNet18 net;
  const nn::Summary summary = nn::summary(net, zeros({1, 3, 64, 64}));
  CHECK(summary.parameters == 11689512);
  CHECK(summary.multiply_adds == 148557824);
  CHECK(*summary.rows[0].output == Shape{1, 1000});
  CHECK(row(summary, "layers").type == "List");
  CHECK(*row(summary, "layers.2").output == Shape{1, 128, 8, 8});
  CHECK(row(summary, "layers.2").multiply_adds ==
        8 * 8 * (128 * 9 * 64 + 128 * 9 * 128 + 128 * 64));
  CHECK(*row(summary, "layers.2.downsample.0").output == Shape{1, 128, 8, 8});
  CHECK(row(summary, "layers.2.downsample").multiply_adds == 8 * 8 * 128 * 64);
  std::int64_t sum = 0;
  for (const nn::SummaryRow& r : summary.rows) {
    if (r.depth == 1) sum += r.multiply_adds;
  }
  CHECK(sum == summary.multiply_adds);
}

TEST_CASE("a summary counts products of recurrent cells and of attention", "[nn][summary]") {
  const nn::LSTM lstm(10, 20, {.num_layers = 2, .bidirectional = true});
  const nn::Summary steps = nn::summary(lstm, zeros({7, 3, 10}));
  CHECK(steps.multiply_adds == 7 * 3 * 2 * ((10 + 20) * 80 + (40 + 20) * 80));
  CHECK(steps.parameters == 15040);  // torch's
  CHECK(*steps.rows[0].output == Shape{7, 3, 40});

  const nn::TransformerEncoderLayer layer(64, 4, {.dim_feedforward = 256, .batch_first = true});
  const nn::Summary encoder = nn::summary(layer, zeros({2, 10, 64}));
  const std::int64_t attention = 2 * 10 * 64 * (192 + 64) + 2 * (2 * 10 * 10 * 64);
  CHECK(encoder.multiply_adds == attention + 2 * 10 * 2 * 64 * 256);
  CHECK(encoder.parameters == 49984);  // torch's
  CHECK(row(encoder, "self_attn").multiply_adds == attention);
  CHECK(*row(encoder, "self_attn").output == Shape{2, 10, 64});
  CHECK(*row(encoder, "dropout1").output == Shape{2, 10, 64});  // though nothing runs in it

  // Several inputs, and options beside them.
  nn::TransformerDecoderLayer decoder(8, 2, {.dim_feedforward = 16});
  const nn::Summary both = nn::summary(decoder, zeros({4, 2, 8}), zeros({3, 2, 8}),
                                       nn::DecoderMasks{.tgt_is_causal = true});
  CHECK(both.inputs == std::vector<Shape>{{4, 2, 8}, {3, 2, 8}});
  const std::int64_t self = 8 * 8 * (3 + 1) * 8 + 2 * (2 * 4 * 4 * 8);
  const std::int64_t cross = 8 * 8 * 8 * 2 + 6 * 8 * 16 + 2 * (2 * 4 * 3 * 8);
  CHECK(both.multiply_adds == self + cross + 8 * 2 * 8 * 16);

  // FlopCounterMode: 12960.
  const nn::ConvTranspose2d up(4, 6, 3, {.stride = 2, .groups = 2});
  CHECK(nn::summary(up, zeros({2, 4, 5, 6})).multiply_adds == 6480);
}

namespace {

/// Uses a layer twice, ties weights, has a module under two names, and a product of its own.
struct Shared : nn::Module {
  std::shared_ptr<nn::Linear> layer = std::make_shared<nn::Linear>(4, 4);
  std::shared_ptr<nn::Linear> again = layer;
  std::shared_ptr<nn::Parameter> tied = std::make_shared<nn::Parameter>(ones({4, 4}));
  struct Head : nn::Layer {
    std::shared_ptr<nn::Parameter> weight;
    void visit(nn::Visitor& v) override { v("weight", weight); }
    Tensor forward(const Tensor& x) const override { return matmul(x, *weight); }
  } a{}, b{};
  nn::BatchNorm1d norm{4};
  nn::Buffer calls = zeros({1});

  Shared() {
    a.weight = b.weight = tied;
    layer->bias.requires_grad_(false);
  }
  void visit(nn::Visitor& v) override {
    v("layer", layer);
    v("again", again);
    v("a", a);
    v("b", b);
    v("norm", norm);
    v("calls", calls);
  }
  Tensor forward(const Tensor& x) {
    calls.add_(1);
    const Tensor y = (*again)((*layer)(x));
    return norm(a(b(y)) + randn({4}));
  }
};

}  // namespace

TEST_CASE("what is shared counts once, what runs twice counts twice", "[nn][summary]") {
  Shared net;
  const nn::Summary summary = nn::summary(net, zeros({2, 4}));
  CHECK(summary.parameters == 20 + 16 + 8);
  CHECK(summary.trainable == 16 + 16 + 8);
  CHECK(row(summary, "layer").multiply_adds == 2 * (2 * 4 * 4));
  CHECK(row(summary, "layer").trainable == 16);
  CHECK(row(summary, "again").repeated);
  CHECK(row(summary, "again").parameters == 0);
  CHECK(row(summary, "a").parameters == 16);
  CHECK(row(summary, "b").parameters == 0);
  CHECK(row(summary, "b").multiply_adds == 2 * 4 * 4);
  CHECK(summary.multiply_adds == 4 * (2 * 4 * 4));
}

TEST_CASE("what runs outside of a module's scope counts as its owner's", "[nn][summary]") {
  Shared net;
  struct Quiet : nn::Module {
    Shared::Head part;
    void visit(nn::Visitor& v) override { v("part", part); }
    Tensor forward(const Tensor& x) const { return part.forward(x); }
  } quiet;
  quiet.part.weight = net.tied;
  const nn::Summary summary = nn::summary(quiet, zeros({2, 4}));
  CHECK(row(summary, "part").multiply_adds == 0);
  CHECK(summary.multiply_adds == 2 * 4 * 4);
}

TEST_CASE("a summary leaves the model as it is", "[nn][summary]") {
  Shared net;
  net.norm.eval();
  const StateDict before = net.state_dict().clone();
  const Tensor drawn = default_generator().get_state();
  const Tensor seen = ones({2, 4}, {.requires_grad = true});
  nn::summary(net, seen);
  for (const auto& [name, tensor] : net.state_dict()) CHECK(equal(tensor, before[name]));
  CHECK(equal(default_generator().get_state(), drawn));
  CHECK_FALSE(seen.grad().defined());
  CHECK(net.is_training());
  CHECK(net.layer->is_training());
  CHECK_FALSE(net.norm.is_training());
  CHECK(std::string(net.layer->scope_name().text()) == "again");  // the last name that it has
  CHECK(std::string(net.a.scope_name().text()) == "a");

  // Also where a table shortens its rows.
  nn::Embedding table(4, 3, {.max_norm = 1e-3});
  const Tensor rows = table.weight.detach().clone();
  nn::summary(table, tensor({{0, 3}}));
  CHECK(equal(table.weight, rows));
  CHECK(table.weight.requires_grad());

  // Also where forward() throws.
  nn::Sequential model{nn::Dropout(0.5), nn::Linear(2, 3)};
  CHECK_THROWS_AS(nn::summary(model, zeros({1, 5})), ShapeError);
  CHECK(model.is_training());
  CHECK(model[0].is_training());
  CHECK(std::string(model[1].scope_name().text()) == "1");
}

TEST_CASE("a summary prints as a table", "[nn][summary]") {
  nn::Sequential net(nn::Linear(30, 50), nn::Dropout(0.5), nn::Sequential(nn::Linear(50, 1)));
  net.get<nn::Linear>(0).requires_grad_(false);
  CHECK(to_string(nn::summary(net, zeros({64, 30}))) ==
        "Module            Output    Parameters  Trainable  Multiply-adds\n"
        "Sequential        [64, 1]        1,601         51         99,200\n"
        "  0 (Linear)      [64, 50]       1,550          0         96,000\n"
        "  1 (Dropout)     [64, 50]           0          0              0\n"
        "  2 (Sequential)  [64, 1]           51         51          3,200\n"
        "    0 (Linear)    [64, 1]           51         51          3,200\n"
        "Parameters: 1,601, 51 of them trainable, 0.01 MB\n"
        "Multiply-adds: 99,200 for inputs of [64, 30]\n");
}

TEST_CASE("a summary within capture() is refused", "[nn][summary]") {
  nn::Linear layer(2, 2);
  CHECK(test::contains(test::error_of<Error>([&] {
                         capture(
                             [&](const Tensor& x) {
                               nn::summary(layer, x);
                               return x;
                             },
                             {{1, 2}});
                       }),
                       "summary: of Linear within capture()"));
}
