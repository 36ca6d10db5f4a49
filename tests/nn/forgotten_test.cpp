// A part that visit() forgets is noticed in the first step of training, and nothing else is.
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/census.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/nn/parameter.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;

namespace {

/// Names its first part always, and the others if it is told to.
struct Net : nn::Module {
  nn::Linear first{2, 3};
  nn::Sequential middle{nn::Linear(3, 3), nn::ReLU()};
  nn::Linear last{3, 1};
  bool names_middle = true;
  bool names_last = true;
  void visit(nn::Visitor& v) override {
    v("first", first);
    if (names_middle) v("middle", middle);
    if (names_last) v("last", last);
  }
  Tensor forward(const Tensor& x) { return last(middle(first(x))); }
};

Tensor loss_of(Net& net) { return net.forward(ones({4, 2})).sum(); }

/// What the first step says.
std::string first_step(Net& net) {
  optim::SGD rule(net.parameters(), {.lr = 0.1});
  return error_of([&] {
    const Tensor loss = loss_of(net);
    rule.zero_grad();
    loss.backward();
    rule.step();
  });
}

}  // namespace

TEST_CASE("the first step notices a part that visit() forgets", "[nn][forgotten]") {
  Net net;
  net.names_last = false;
  const auto before = net.first.weight.to_vector<float>();
  const std::string message = first_step(net);
  CHECK(contains(message,
                 "SGD: a gradient came to parameters of shape [1, 3], [1], which no visit() has "
                 "named and no optimizer holds"));
  CHECK(contains(message, "name it in the module's visit(), freeze it"));
  CHECK(net.first.weight.to_vector<float>() == before);
  net.names_last = true;
  CHECK(first_step(net) == "no error");
}

TEST_CASE("a forgotten container is noticed, also in a copy or after an assignment",
          "[nn][forgotten]") {
  Net net;
  net.names_middle = false;
  Net copy = net;
  Net assigned;
  assigned.names_middle = false;
  assigned = Net(net);
  for (Net* each : {&net, &copy, &assigned}) CHECK(contains(first_step(*each), "[3, 3]"));
  net.middle.parameters();
  copy.middle.requires_grad_(false);
  CHECK(first_step(net) == "no error");
  CHECK(first_step(copy) == "no error");
}

TEST_CASE("a forgotten parameter is noticed by every new optimizer and by whoever asks",
          "[nn][forgotten]") {
  struct Scaled : nn::Layer {
    nn::Linear linear{2, 2};
    nn::Parameter scale = ones({2});
    void visit(nn::Visitor& v) override { v("linear", linear); }
    Tensor forward(const Tensor& x) const override { return linear(x) * scale; }
  };
  Scaled layer;
  CHECK(nn::forgotten_parameters().empty());
  layer(ones({1, 2})).sum().backward();
  CHECK(nn::forgotten_parameters().size() == 3);  // nobody has visited it yet
  layer.parameters();
  REQUIRE(nn::forgotten_parameters().size() == 1);
  CHECK(nn::forgotten_parameters()[0].is_same(layer.scale));
  for (int i = 0; i < 2; ++i) {
    optim::Adam rule(layer.parameters());
    CHECK(nn::forgotten_parameters().empty());  // that gradient is older
    layer(ones({1, 2})).sum().backward();
    CHECK_THROWS_AS(rule.step(), Error);
    CHECK_THROWS_AS(rule.step(), Error);
  }
}

TEST_CASE("parameters that are trained without a module are not forgotten", "[nn][forgotten]") {
  nn::Parameter w = ones({2});
  const nn::Parameter shift = zeros({2});
  optim::SGD rule({w, shift}, {.lr = 0.1});
  (w * 2 + shift).sum().backward();
  rule.step();
  CHECK(w.to_vector<float>() == std::vector<float>(2, 0.8F));
}

TEST_CASE("optimizers of several models, in turn, notice nothing", "[nn][forgotten]") {
  Net generator, critic;
  optim::Adam of_generator(generator.parameters());
  optim::Adam of_critic(critic.parameters());
  for (int i = 0; i < 3; ++i) {
    const Tensor x = generator.forward(ones({4, 2})).expand({4, 2});
    critic.forward(x.detach()).sum().backward();
    of_critic.step();
    of_critic.zero_grad();
    critic.forward(x).sum().backward();  // gradients come to both
    of_generator.step();
    of_generator.zero_grad();
    of_critic.zero_grad();
  }
}

TEST_CASE("groups, frozen parts, and parts that another optimizer trains are known",
          "[nn][forgotten]") {
  Net net;
  optim::SGD body(net.first.parameters(), {.lr = 0.1});
  net.middle.requires_grad_(false);
  optim::SGD head({{{net.last.weight}, {.lr = 0.1}}});
  head.add_group({net.last.bias}, {.lr = 0.2});
  loss_of(net).backward();
  body.step();
  head.step();
  Net frozen;
  for (const Tensor& p : {Tensor(frozen.last.weight), Tensor(frozen.last.bias)}) {
    Tensor(p).requires_grad_(false);
  }
  frozen.names_last = false;
  CHECK(first_step(frozen) == "no error");
}

TEST_CASE("gradients from before training, from grad() and under NoGrad don't count",
          "[nn][forgotten]") {
  nn::Linear tried(2, 1);  // somebody looked at its gradient
  tried(ones({1, 2})).sum().backward();
  Net teacher;
  Net net;
  optim::SGD rule(net.parameters(), {.lr = 0.1});
  Tensor target;
  {
    const NoGrad guard;
    target = teacher.forward(ones({4, 2}));
  }
  grad({loss_of(teacher)}, {teacher.first.weight});
  (net.forward(ones({4, 2})) - target).sum().backward();
  rule.step();
}

TEST_CASE("what is gone is not looked at", "[nn][forgotten]") {
  auto gone = std::make_unique<nn::Linear>(2, 1);
  Net net;
  optim::SGD rule(net.parameters(), {.lr = 0.1});
  (loss_of(net) + (*gone)(ones({1, 2})).sum()).backward();
  gone.reset();
  rule.step();
}

TEST_CASE("a model that another thread made is looked at when that thread has ended",
          "[nn][forgotten][threads]") {
  const auto model = [] {
    auto net = std::make_unique<Net>();
    net->names_last = false;
    return net;
  };
  std::unique_ptr<Net> net;
  std::thread([&] { net = model(); }).join();
  CHECK(contains(first_step(*net), "[1, 3], [1]"));
  net = std::async(std::launch::async, model).get();
  CHECK(contains(first_step(*net), "[1, 3], [1]"));
  net.reset();

  std::promise<std::unique_ptr<Net>> made;
  std::promise<void> done;
  std::thread maker([&] {
    made.set_value(model());
    done.get_future().wait();
  });
  auto other = made.get_future().get();
  const std::string message = first_step(*other);  // its gradients may be changing
  Net moved = std::move(*other);
  const std::string of_moved = first_step(moved);
  done.set_value();
  maker.join();
  CHECK(message == "no error");
  CHECK(contains(of_moved, "[1, 3], [1]"));
}

TEST_CASE("a part that is used only later is noticed within as many steps as parts have no name",
          "[nn][forgotten]") {
  Net net;
  nn::Linear late(1, 1);  // visit() forgets it
  const std::vector<nn::Linear> unused(3, nn::Linear(1, 1));
  optim::SGD rule(net.parameters(), {.lr = 0.1});
  const auto train = [&](bool with_late) {
    rule.zero_grad();
    const Tensor y = net.forward(ones({4, 2}));
    (with_late ? late(y) : y).sum().backward();
    rule.step();
  };
  for (int i = 0; i < 20; ++i) train(false);
  const auto steps = [&] {
    for (int i = 0; i < 8; ++i) {
      if (contains(error_of([&] { train(true); }), "parameters of shape [1, 1], [1], which no")) {
        return i + 1;
      }
    }
    return 1000;
  };
  CHECK(steps() <= 8);  // four layers of two parameters
  CHECK_THROWS_AS(train(true), Error);
  late.parameters();
  for (int i = 0; i < 20; ++i) train(true);
}

TEST_CASE("a part that is made and used after the first step is noticed at once",
          "[nn][forgotten]") {
  Net net;
  optim::SGD rule(net.parameters(), {.lr = 0.1});
  const auto train = [&](nn::Layer* more) {
    rule.zero_grad();
    const Tensor y = net.forward(ones({4, 2}));
    (more ? (*more)(y) : y).sum().backward();
    rule.step();
  };
  train(nullptr);
  nn::Linear late(1, 1);
  CHECK_THROWS_WITH(train(&late), Catch::Contains("parameters of shape [1, 1], [1], which no"));
}

TEST_CASE("a gradient from before training hides none that comes later", "[nn][forgotten]") {
  Net net;
  net.names_last = false;
  loss_of(net).backward();
  optim::SGD rule(net.parameters(), {.lr = 0.1});
  rule.step();  // by gradients that were there
  const auto train = [&] {
    net.first.zero_grad();
    loss_of(net).backward();  // adds to what the forgotten part has
    rule.step();
  };
  CHECK_THROWS_AS((train(), train()), Error);
}

TEST_CASE("a tensor that was moved out of its parameter is not kept alive", "[nn][forgotten]") {
  const auto value = [] {
    nn::Parameter p = ones({2});
    Tensor t = std::move(p);  // as when a function returns a local parameter as a tensor
    return t;
  };
  std::weak_ptr<int> alive;
  for (int i = 0; i < 5000; ++i) {
    std::shared_ptr<int> token = std::make_shared<int>(i);
    float* data = new float[2]{1, 2};
    nn::Parameter p = Tensor::from_blob<float>(
        data, {2}, [token](void* memory) { delete[] static_cast<float*>(memory); });
    if (i == 0) alive = token;
    token.reset();
    const Tensor t = std::move(p);
  }
  CHECK(alive.expired());
  CHECK(value().requires_grad());
}
