// Optimizers as users of PyTorch make them, look at them and print them first.
#include <array>
#include <sstream>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/optim/lbfgs.hpp"
#include "tapegrad/optim/sgd.hpp"

using namespace tapegrad;
using tapegrad::test::error_of;

TEST_CASE("an optimizer is made of a model, or of any list of parameters", "[optim]") {
  const nn::Linear layer(2, 3);
  const auto holds_both = [&](const optim::Optimizer& optimizer) {
    const std::vector<Tensor> held = optimizer.parameters();
    return held.size() == 2 && held[0].is_same(layer.weight) && held[1].is_same(layer.bias);
  };
  CHECK(holds_both(optim::SGD(layer)));
  CHECK(holds_both(optim::SGD(layer, {.lr = 0.5})));
  CHECK(optim::SGD(layer, {.lr = 0.5}).lr() == 0.5);
  CHECK(optim::Adam(layer, 0.25).lr() == 0.25);
  CHECK(holds_both(optim::LBFGS(layer, {.lr = 0.5})));
  CHECK(holds_both(optim::SGD(std::array<Tensor, 2>{layer.weight, layer.bias}, 1)));
  CHECK(holds_both(optim::SGD({layer.weight, layer.bias}, {.momentum = 0.9})));
  std::vector<nn::Parameter> parameters;
  parameters.emplace_back(ones({2}));
  parameters.emplace_back(ones({3}));
  const optim::SGD of_list(parameters, {.lr = 0.5});
  CHECK(of_list.parameters()[1].is_same(parameters[1]));
  const optim::SGD of_one(layer.weight, 0.5);
  CHECK(of_one.parameters().size() == 1);
  CHECK(of_one.parameters()[0].is_same(layer.weight));
}

TEST_CASE("groups are looked at and changed by their options' names", "[optim]") {
  nn::Linear body(2, 3), head(3, 1);
  optim::SGD sgd(body, {.lr = 0.1, .momentum = 0.9});
  sgd.add_param_group({head.parameters(), {.lr = 0.5}});
  for (auto group : sgd.param_groups()) group["lr"] *= 0.5;
  CHECK(sgd.lr(0) == 0.05);
  CHECK(sgd.lr(1) == 0.25);
  CHECK(sgd.param_groups()[0]["momentum"] == 0.9);
  sgd.param_groups()[1]["momentum"] = 0.8;
  CHECK(sgd.options(1).momentum == 0.8);
  CHECK(sgd.options(0).momentum == 0.9);
  CHECK(sgd.param_groups()[1].parameters()[0].is_same(head.weight));
  CHECK(error_of([&] { sgd.param_groups()[0]["rate"] = 1; }) ==
        "SGD: it has no option \"rate\" that is a number");
  CHECK(error_of([&] { (void)double(sgd.param_groups()[0]["rate"]); }) ==
        "SGD: it has no option \"rate\" that is a number");
  CHECK(error_of([&] { sgd.param_groups()[0]["lr"] = -1; }) ==
        "SGD: lr is -1; it can't be negative");
  CHECK(sgd.lr(0) == 0.05);
}

// The form is that of torch's repr(), with the options that there are here, in their order.
TEST_CASE("an optimizer prints its options", "[optim][print]") {
  const nn::Linear body(2, 3), head(3, 1);
  optim::SGD sgd(body, {.lr = 0.1, .momentum = 0.9});
  sgd.add_group(head.parameters(), {.lr = 1e-8, .nesterov = false, .maximize = true});
  std::ostringstream text;
  text << sgd;
  CHECK(text.str() ==
        "SGD (\n"
        "Parameter Group 0\n"
        "    lr: 0.1\n"
        "    momentum: 0.9\n"
        "    dampening: 0\n"
        "    weight_decay: 0\n"
        "    nesterov: False\n"
        "    maximize: False\n"
        "\n"
        "Parameter Group 1\n"
        "    lr: 1e-08\n"
        "    momentum: 0\n"
        "    dampening: 0\n"
        "    weight_decay: 0\n"
        "    nesterov: False\n"
        "    maximize: True\n"
        ")");
}
