#include <limits>

#include "support/catch.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/optim/adadelta.hpp"
#include "tapegrad/optim/adagrad.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/optim/adamax.hpp"
#include "tapegrad/optim/lion.hpp"
#include "tapegrad/optim/nadam.hpp"
#include "tapegrad/optim/optimizer.hpp"
#include "tapegrad/optim/radam.hpp"
#include "tapegrad/optim/rmsprop.hpp"
#include "tapegrad/optim/rprop.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

Tensor parameter(const Shape& shape, double value = 1, DType dtype = float64) {
  return full(shape, value, {.dtype = dtype, .requires_grad = true});
}

}  // namespace

TEST_CASE("zero_grad drops gradients and step passes over what has none", "[optim]") {
  Tensor used = parameter({2});
  const Tensor unused = parameter({2});
  optim::SGD sgd({used, unused}, {.lr = 0.5, .momentum = 0.9, .weight_decay = 0.1});
  (used * 2).sum().backward();
  sgd.step();
  CHECK(used.to_vector<double>() == std::vector<double>(2, 1 - 0.5 * (2 + 0.1)));
  CHECK(unused.to_vector<double>() == std::vector<double>(2, 1));
  sgd.zero_grad();
  CHECK_FALSE(used.grad().defined());
  const auto before = used.to_vector<double>();
  sgd.step();
  CHECK(used.to_vector<double>() == before);
}

TEST_CASE("a step counts as a change in place", "[optim]") {
  const Tensor w = parameter({2});
  optim::SGD sgd({w}, {.lr = 0.5});
  const Tensor loss = square(w).sum();
  loss.backward(Tensor::BackwardOptions{.retain_graph = true});
  sgd.step();
  CHECK_THROWS_AS(loss.backward(), AutogradError);
  CHECK(w.is_leaf());
  CHECK(w.requires_grad());
}

TEMPLATE_TEST_CASE("parameters and gradients may lie in any way", "[optim]", optim::SGD,
                   optim::Adam, optim::AdamW, optim::NAdam, optim::RAdam, optim::Adamax,
                   optim::Lion, optim::Adadelta, optim::Adagrad, optim::RMSprop, optim::Rprop) {
  const auto trained = [](Tensor w, bool broadcast) {
    typename TestType::Options options{.lr = 0.25};
    if constexpr (requires { options.weight_decay; }) options.weight_decay = 0.1;
    if constexpr (requires { options.momentum; }) options.momentum = 0.5;
    if constexpr (requires { options.amsgrad; }) options.amsgrad = true;
    if constexpr (requires { options.centered; }) options.centered = true;
    TestType rule({w}, options);
    for (int i = 0; i < 3; ++i) {
      const Tensor g = Tensor::from_vector<float>({1, 2, 3, -4, 5}).expand({3, 5});
      w.set_grad(broadcast ? g : g.clone());
      rule.step();
    }
    return w.to_vector<float>();
  };
  // 15 elements: whole batches and a tail.
  const auto expected = trained(parameter({3, 5}, 1, float32), false);
  CHECK(trained(parameter({3, 5}, 1, float32), true) == expected);
  CHECK(trained(ones({5, 3}).t().detach().requires_grad_(), false) == expected);
  const Tensor sliced = ones({6, 10}).slice(0, 0, 6, 2).slice(1, 0, 10, 2);
  CHECK(trained(sliced.detach().requires_grad_(), true) == expected);
}

TEST_CASE("learning rates are set for all groups or for one", "[optim]") {
  optim::SGD sgd({{{parameter({1})}, {.lr = 0.1}}, {{parameter({1})}, {.lr = 0.2}}});
  CHECK(sgd.group_count() == 2);
  CHECK(sgd.lr(1) == 0.2);
  sgd.set_lr(0.05, 1);
  CHECK(sgd.lr(0) == 0.1);
  CHECK(sgd.lr(1) == 0.05);
  optim::Optimizer& any = sgd;
  any.set_lr(0.01);
  CHECK(sgd.lr(0) == 0.01);
  CHECK(sgd.options(1).lr == 0.01);
  CHECK_THROWS_AS(sgd.lr(2), IndexError);
  CHECK_THROWS_AS(sgd.set_lr(-1), Error);
  CHECK(sgd.lr() == 0.01);
}

TEST_CASE("wrong options are refused with their values", "[optim]") {
  const std::vector<Tensor> w{parameter({1})};
  using optim::SGD;
  CHECK_THROWS_WITH(SGD(w, {.lr = -0.1}), "SGD: lr is -0.1; it can't be negative");
  CHECK_THROWS_WITH(SGD(w, {.momentum = -1}), Catch::Contains("momentum is -1"));
  CHECK_THROWS_WITH(SGD(w, {.weight_decay = -1}), Catch::Contains("weight_decay is -1"));
  CHECK_THROWS_WITH(SGD(w, {.nesterov = true}), Catch::Contains("momentum is 0"));
  CHECK_THROWS_AS(SGD(w, {.momentum = 0.9, .dampening = 0.1, .nesterov = true}), Error);
  using optim::Adam;
  CHECK_THROWS_WITH(Adam(w, {.betas = {0.9, 1}}), "Adam: betas are 0.9 and 1; they lie in [0, 1)");
  CHECK_THROWS_WITH(Adam(w, {.eps = -1}), Catch::Contains("eps is -1"));
  CHECK_THROWS_WITH(optim::AdamW(w, {.lr = -1}), "AdamW: lr is -1; it can't be negative");
  CHECK_THROWS_AS(SGD(w, {.lr = std::numeric_limits<double>::quiet_NaN()}), Error);
}

TEST_CASE("what can't be trained is refused", "[optim]") {
  using optim::SGD;
  const Tensor w = parameter({2});
  CHECK_THROWS_WITH(SGD(std::vector<Tensor>{}), Catch::Contains("no parameters"));
  CHECK_THROWS_WITH(SGD(std::vector<SGD::Group>{}), Catch::Contains("no parameters"));
  CHECK_THROWS_WITH(SGD({w, w}), Catch::Contains("twice"));
  CHECK_THROWS_WITH(SGD({{{w}, {}}, {{w}, {}}}), Catch::Contains("twice"));
  CHECK_THROWS_AS(SGD({w * 2}), AutogradError);
  CHECK_THROWS_AS(SGD({zeros({2}, {.dtype = int64})}), DTypeError);
  CHECK_THROWS_AS(SGD({Tensor()}), Error);
  CHECK_THROWS_AS(SGD({ones({1}).expand({3})}), Error);
}

TEST_CASE("an optimizer follows a parameter through a conversion", "[optim]") {
  nn::Linear model(2, 1);
  optim::SGD sgd(model.parameters(), {.lr = 0.1, .momentum = 0.9});
  const auto train = [&](DType dtype) {
    sgd.zero_grad();
    model(ones({1, 2}, {.dtype = dtype})).sum().backward();
    sgd.step();
  };
  train(float32);
  model.to(float64);
  const auto before = model.weight.to_vector<double>();
  train(float64);
  // The gradient is 1, the momentum 1.9 in the second step.
  const auto after = model.weight.to_vector<double>();
  for (std::size_t i = 0; i < 2; ++i) CHECK(after[i] == Approx(before[i] - 0.19).epsilon(1e-14));
}
