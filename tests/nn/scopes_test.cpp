// Names of modules as scopes of what they compute.
#include <thread>

#include "support/catch.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/names.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/nn/parameter.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

struct Block : nn::Layer {
  nn::Linear linear{2, 2};
  nn::Buffer offset = zeros({2});
  void visit(nn::Visitor& v) override {
    v("linear", linear);
    v("offset", offset);
  }
  Tensor forward(const Tensor& x) const override { return linear(x) + offset; }
};

struct Net : nn::Module {
  std::vector<Block> blocks{std::vector<Block>(2)};
  nn::Sequential head{nn::Linear(2, 4), nn::ReLU(), nn::Linear(4, 1)};
  nn::Linear odd{1, 1, {.bias = false}};
  void visit(nn::Visitor& v) override {
    v("blocks", blocks);
    v("head", head);
    v("odd part", odd);
  }
  Tensor forward(Tensor x) {
    for (Block& block : blocks) x = block(x);
    return odd(head(x));
  }
};

/// The names of what a module runs on ones, without the operations that start a list.
template <class M>
std::vector<std::string> names_in(M& module, const std::string& operation) {
  std::vector<std::string> names;
  for (const TapeRecord& record : trace([&] {
         const NameScope scope("model");
         module.forward(ones({3, 2}));
       })) {
    if (record.operation == operation) names.push_back(record.name);
  }
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("operations stand in scopes named as the modules that run them", "[nn][names]") {
  Net net;
  CHECK(net.parameters().size() == 9);
  CHECK(names_in(net, "linear") == Names{"model/blocks/0/linear/linear",
                                         "model/blocks/1/linear/linear", "model/head/0/linear",
                                         "model/head/2/linear", "model/linear"});
  CHECK(names_in(net, "relu") == Names{"model/head/1/relu"});
}

TEST_CASE("parameters and buffers are called as the visit calls them", "[nn][names]") {
  Net net;
  net.parameters();
  CHECK(names_in(net, "leaf") == Names{"model/blocks/0/linear/weight", "model/blocks/0/linear/bias",
                                       "model/blocks/1/linear/weight", "model/blocks/1/linear/bias",
                                       "model/head/0/weight", "model/head/0/bias",
                                       "model/head/2/weight", "model/head/2/bias", "model/weight"});
  CHECK(names_in(net, "constant") ==
        Names{"model/blocks/0/linear/constant", "model/blocks/0/offset", "model/blocks/1/offset"});
}

TEST_CASE("frozen parameters keep their names, and have them again when unfrozen", "[nn][names]") {
  Block block;
  block.parameters();
  block.requires_grad_(false);
  CHECK(names_in(block, "leaf").empty());
  CHECK(names_in(block, "constant") ==
        Names{"model/linear/constant", "model/linear/weight", "model/linear/bias", "model/offset"});
  block.requires_grad_(true);
  CHECK(names_in(block, "leaf") == Names{"model/linear/weight", "model/linear/bias"});
}

TEST_CASE("names are known from the first visit on", "[nn][names]") {
  Block block;
  CHECK(names_in(block, "linear") == Names{"model/linear"});
  CHECK(block.linear.scope_name().text().empty());
  block.state_dict();
  CHECK(block.linear.scope_name().text() == "linear");
  CHECK(names_in(block, "linear") == Names{"model/linear/linear"});
}

TEST_CASE("parts of a Sequential need no visit", "[nn][names]") {
  nn::Sequential net{nn::Linear(2, 2), nn::Sequential(nn::Linear(2, 2), nn::Tanh())};
  CHECK(names_in(net, "linear") == Names{"model/0/linear", "model/1/0/linear"});
  CHECK(names_in(net, "tanh") == Names{"model/1/1/tanh"});
  nn::Sequential copy;
  copy = net;
  CHECK(names_in(copy, "tanh") == Names{"model/1/1/tanh"});
}

TEST_CASE("copies and moves of modules keep names, assignments the target's", "[nn][names]") {
  Block block;
  block.parameters();
  Block copy = block;
  CHECK(names_in(copy, "leaf") == Names{"model/linear/weight", "model/linear/bias"});
  const Block moved = std::move(copy);
  CHECK(moved.linear.scope_name().text() == "linear");
  struct Pair : nn::Module {
    nn::Linear a{2, 2}, b{2, 2};
    void visit(nn::Visitor& v) override {
      v("a", a);
      v("b", b);
    }
    Tensor forward(const Tensor& x) { return b(a(x)); }
  };
  Pair pair;
  pair.parameters();
  pair.a = pair.b;
  CHECK(names_in(pair, "linear") == Names{"model/a/linear", "model/b/linear"});
  pair.b = nn::Linear(2, 2);
  CHECK(names_in(pair, "linear") == Names{"model/a/linear", "model/b/linear"});
  CHECK(pair.b.is_training());
}

TEST_CASE("the user's name for a parameter goes before the visit's", "[nn][names]") {
  nn::Linear linear(2, 2);
  linear.weight.named("mine");
  linear.parameters();
  CHECK(names_in(linear, "leaf") == Names{"model/mine", "model/bias"});
}

TEST_CASE("threads run and visit one model at the same time", "[nn][names]") {
  Net net;
  std::vector<std::thread> threads;
  std::vector<Names> found(3);
  for (Names& names : found) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        net.parameters();
        names = names_in(net, "relu");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Names& names : found) CHECK(names == Names{"model/head/1/relu"});
}

TEST_CASE("a traced training step shows data, model, loss and train", "[nn][names]") {
  struct Model : nn::Module {
    nn::Linear linear{1, 1};
    void visit(nn::Visitor& v) override { v("linear", linear); }
  } model;
  optim::SGD sgd(model.parameters(), {.lr = 0.1});
  const std::string text = tape_text(trace([&] {
    Tensor x, y;
    {
      const NameScope data("data");
      x = ones({4, 1}).named("x");
      y = ones({4, 1}).named("y");
    }
    Tensor out;
    {
      const NameScope scope("model");
      out = model.linear(x);
    }
    Tensor loss;
    {
      const NameScope scope("loss");
      loss = nn::mse_loss(out, y);
    }
    const NameScope train("train");
    sgd.zero_grad();
    loss.backward();
    sgd.step();
  }));
  CHECK(
      text ==
      "data/x = constant() : float32 [4, 1]\n"
      "model/linear/weight = leaf() : float32 [1, 1]\n"
      "model/linear/bias = leaf() : float32 [1]\n"
      "model/linear/linear = linear(data/x, model/linear/weight, model/linear/bias) : float32 [4, "
      "1]\n"
      "data/y = constant() : float32 [4, 1]\n"
      "loss/mse_loss = mse_loss(model/linear/linear, data/y, reduction=mean) : float32 []\n"
      "train/gradients/model/linear/weight = gradient(loss/mse_loss, model/linear/weight) : "
      "float32 [1, 1]\n"
      "train/gradients/model/linear/bias = gradient(loss/mse_loss, model/linear/bias) : "
      "float32 [1]\n"
      "train/sgd/model/linear/weight = sgd(model/linear/weight, "
      "train/gradients/model/linear/weight) : float32 [1, 1]\n"
      "train/sgd/model/linear/bias = sgd(model/linear/bias, "
      "train/gradients/model/linear/bias) : float32 [1]\n");
}
