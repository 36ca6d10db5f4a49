// Optimizers notice parameters that their module has let go.
#include <memory>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/nn/parameter.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/optim/optimizer.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

struct Net : nn::Module {
  std::vector<nn::Linear> blocks{std::vector<nn::Linear>(2, nn::Linear(2, 2))};
  std::unique_ptr<nn::Linear> head = std::make_unique<nn::Linear>(2, 1);
  void visit(nn::Visitor& v) override {
    v("blocks", blocks);
    v("head", *head);
  }
  Tensor forward(Tensor x) {
    for (nn::Linear& block : blocks) x = block(x);
    return (*head)(x);
  }
};

void train(Net& net, optim::Optimizer& rule) {
  rule.zero_grad();
  net.forward(ones({1, net.blocks[0].in_features()})).sum().backward();
  rule.step();
}

/// The message of the step after `change`.
template <class F>
std::string refusal(F&& change) {
  Net net;
  const std::vector<Tensor> known = net.parameters();  // whoever else looks at them
  optim::SGD rule(known, {.lr = 0.1});
  train(net, rule);
  change(net);
  const auto before = net.parameters().back().to_vector<float>();
  const std::string message = test::error_of([&] { train(net, rule); });
  const bool trained = net.parameters().back().to_vector<float>() != before;
  CHECK(trained == (message == "no error"));
  return message;
}

}  // namespace

TEST_CASE("an optimizer refuses to train what was replaced or removed", "[optim][identity]") {
  const std::string first =
      "SGD: parameter 0 of group 0, of shape [2, 2], is not part of a module any more: its layer "
      "was removed or replaced, so that nothing trains what is there now; make a new optimizer "
      "from the module's parameters()";
  CHECK(refusal([](Net& net) { net.blocks[0] = nn::Linear(3, 2); }) == first);
  CHECK(refusal([](Net& net) { net.blocks = std::vector<nn::Linear>(2, nn::Linear(2, 2)); }) ==
        first);
  CHECK(refusal([](Net& net) { net.blocks = std::vector<nn::Linear>(3, nn::Linear(2, 2)); }) ==
        first);
  CHECK(refusal([](Net& net) {
          net.blocks[0].weight = ones({2, 2}, {.dtype = float32}).t();
        }) == "no error");
  CHECK(test::contains(refusal([](Net& net) { net.blocks.pop_back(); }), "parameter 2 of group 0"));
  CHECK(test::contains(refusal([](Net& net) { net.head = std::make_unique<nn::Linear>(2, 1); }),
                       "parameter 4 of group 0, of shape [1, 2]"));
  CHECK(test::contains(refusal([](Net& net) { net.head->bias = nn::Parameter(); }),
                       "parameter 5 of group 0, of shape [1]"));
}

TEST_CASE("tensors without a module, and those that gradients reach, are trained",
          "[optim][identity]") {
  Tensor w = ones({2}, {.requires_grad = true});
  std::vector<Tensor> handles;
  {
    const nn::Linear gone(2, 1);
    handles = gone.parameters();
  }
  optim::Adam rule({w, handles[0], handles[1]}, {.lr = 0.1});
  rule.step();
  (w * handles[0]).sum().backward();
  rule.step();
  CHECK(w.to_vector<float>() != std::vector<float>{1, 1});

  auto layer = std::make_unique<nn::Linear>(2, 1);
  optim::SGD other(layer->parameters(), {.lr = 0.1});
  const Tensor loss = (*layer)(ones({1, 2})).sum();
  const auto weight = std::as_const(layer->weight).detach();
  const auto before = weight.to_vector<float>();
  layer.reset();
  loss.backward();  // the tape outlives the layer
  other.step();
  CHECK(weight.to_vector<float>() != before);
  other.zero_grad();
  CHECK_THROWS_AS(other.step(), Error);
}

TEST_CASE("a gradient that nobody drops doesn't hide that its module is another",
          "[optim][identity]") {
  auto layer = std::make_unique<nn::Linear>(2, 1);
  optim::SGD rule(layer->parameters(), {.lr = 0.1});
  const auto step = [&] {
    layer->zero_grad();  // not the optimizer's, which would drop the old gradients too
    (*layer)(ones({1, 2})).sum().backward();
    rule.step();
  };
  step();
  layer = std::make_unique<nn::Linear>(2, 1);
  CHECK_THROWS_AS(step(), Error);
}

TEST_CASE("an optimizer follows a module that moves", "[optim][identity]") {
  Net net;
  optim::SGD rule(net.parameters(), {.lr = 0.1});
  Net moved = std::move(net);
  train(moved, rule);
  std::vector<Net> list;
  list.push_back(std::move(moved));
  for (int i = 0; i < 4; ++i) list.emplace_back();
  const auto before = list[0].head->weight.to_vector<float>();
  train(list[0], rule);
  CHECK(list[0].head->weight.to_vector<float>() != before);
}
