#include "support/catch.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/adadelta.hpp"
#include "tapegrad/optim/adagrad.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/optim/adamax.hpp"
#include "tapegrad/optim/lion.hpp"
#include "tapegrad/optim/nadam.hpp"
#include "tapegrad/optim/radam.hpp"
#include "tapegrad/optim/rmsprop.hpp"
#include "tapegrad/optim/rprop.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/state_dict.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

/// A small regression whose steps depend on everything that an optimizer remembers.
template <class Rule>
struct Run {
  nn::Linear model{3, 2};
  Rule rule;

  explicit Run(const typename Rule::Options& options)
      : rule({{{model.weight}, options}, {{model.bias}, options}}) {}

  void train(int steps) {
    const Tensor x = Tensor::from_vector<float>({1, 2, 3, -1, 0, 1}, {2, 3});
    for (int i = 0; i < steps; ++i) {
      rule.zero_grad();
      mean(square(model(x) - 1)).backward();
      rule.step();
    }
  }
  std::vector<float> values() const {
    std::vector<float> all = model.weight.template to_vector<float>();
    for (const float v : model.bias.template to_vector<float>()) all.push_back(v);
    return all;
  }
};

template <class Rule>
void check_resumes(const typename Rule::Options& options) {
  Run<Rule> whole(options);
  whole.train(4);
  whole.rule.set_lr(0.03, 1);
  const StateDict model = whole.model.state_dict().clone();
  const StateDict rule = whole.rule.state_dict().clone();
  whole.train(5);

  Run<Rule> resumed({});
  CHECK(resumed.model.load_state_dict(model).complete());
  resumed.rule.load_state_dict(rule);
  resumed.train(5);
  CHECK(resumed.values() == whole.values());
  CHECK(resumed.rule.lr(0) == options.lr);
  CHECK(resumed.rule.lr(1) == 0.03);
}

}  // namespace

TEST_CASE("a resumed run goes on bit for bit", "[optim][state]") {
  check_resumes<optim::SGD>({.lr = 0.05, .momentum = 0.9, .weight_decay = 0.01, .nesterov = true});
  check_resumes<optim::SGD>({.lr = 0.05, .momentum = 0.9, .dampening = 0.5});
  check_resumes<optim::Adam>({.lr = 0.05, .weight_decay = 0.01});
  check_resumes<optim::AdamW>({.lr = 0.05, .betas = {0.8, 0.9}, .amsgrad = true});
  check_resumes<optim::NAdam>({.lr = 0.05, .weight_decay = 0.01, .momentum_decay = 0.1});
  check_resumes<optim::RAdam>({.lr = 0.05, .decoupled_weight_decay = true});
  check_resumes<optim::Adamax>({.lr = 0.05});
  check_resumes<optim::Lion>({.lr = 0.05, .betas = {0.5, 0.7}});
  check_resumes<optim::Adadelta>({.lr = 0.5, .rho = 0.8});
  check_resumes<optim::Adagrad>({.lr = 0.05, .lr_decay = 0.1, .initial_accumulator_value = 1});
  check_resumes<optim::RMSprop>({.lr = 0.05, .alpha = 0.9});
  check_resumes<optim::RMSprop>({.lr = 0.05, .momentum = 0.5, .centered = true});
  check_resumes<optim::Rprop>({.lr = 0.05, .etas = {0.4, 1.3}, .step_sizes = {1e-3, 1}});
}

TEST_CASE("what NAdam multiplies over its steps is part of its state", "[optim][state]") {
  Run<optim::NAdam> run({.lr = 0.05, .betas = {0.8, 0.9}, .momentum_decay = 0});
  run.train(3);
  // Without a decay each factor is a half of beta1.
  const Tensor product = run.rule.state_dict()["state.1.mu_product"];
  CHECK(product.item<double>() == Approx(0.4 * 0.4 * 0.4).epsilon(1e-15));
}

TEST_CASE("memories have PyTorch's names", "[optim][state]") {
  const auto check_names = [](auto run, const std::vector<std::string>& names) {
    run.train(2);
    const StateDict state = run.rule.state_dict();
    for (const std::string& name : names) {
      INFO(run.rule.name() << " " << name);
      CHECK(state["state.1." + name].shape() == Shape{2});
    }
  };
  check_names(Run<optim::RAdam>({}), {"exp_avg", "exp_avg_sq"});
  check_names(Run<optim::Adamax>({}), {"exp_avg", "exp_inf"});
  check_names(Run<optim::Adadelta>({}), {"square_avg", "acc_delta"});
  check_names(Run<optim::Adagrad>({}), {"sum"});
  check_names(Run<optim::RMSprop>({.momentum = 0.5, .centered = true}),
              {"square_avg", "momentum_buffer", "grad_avg"});
  check_names(Run<optim::Rprop>({}), {"prev", "step_size"});
  check_names(Run<optim::Lion>({}), {"exp_avg"});
}

TEST_CASE("an optimizer's state names options, steps and memories", "[optim][state]") {
  Run<optim::SGD> run({.lr = 0.05, .momentum = 0.9});
  run.train(2);
  const StateDict state = run.rule.state_dict();
  CHECK(state["groups.0.lr"].item<double>() == 0.05);
  CHECK(state["groups.1.momentum"].item<double>() == 0.9);
  CHECK_FALSE(state["groups.1.nesterov"].item<bool>());
  CHECK(state["state.0.steps"].item<std::int64_t>() == 2);
  CHECK(state["state.1.momentum_buffer"].shape() == Shape{2});
}

TEST_CASE("the state of another optimizer is refused and changes nothing", "[optim][state]") {
  Run<optim::SGD> run({.lr = 0.05, .momentum = 0.9});
  run.train(2);
  const StateDict good = run.rule.state_dict().clone();
  const auto with = [&](const std::string& name, const Tensor& value) {
    StateDict changed;
    for (const auto& [key, tensor] : good) changed.insert(key, key == name ? value : tensor);
    if (!changed.contains(name)) changed.insert(name, value);
    return changed;
  };
  const auto load = [&](const std::string& name, const Tensor& value) {
    run.rule.load_state_dict(with(name, value));
  };
  CHECK_THROWS_WITH(run.rule.load_state_dict({}), Catch::Contains("\"groups.0.lr\""));
  CHECK_THROWS_WITH(load("groups.2.lr", zeros({})), Catch::Contains("\"groups.2.lr\""));
  CHECK_THROWS_WITH(load("state.1.momentum_buffer", zeros({5})),
                    Catch::Contains("\"state.1.momentum_buffer\" has shape [5]"));
  CHECK_THROWS_AS(load("state.1.momentum_buffer", zeros({5})), ShapeError);
  CHECK_THROWS_AS(load("state.1.momentum_buffer", zeros({2}, {.dtype = float64})), DTypeError);
  CHECK_THROWS_WITH(load("groups.1.lr", full({}, -1.0, {.dtype = float64})),
                    Catch::Contains("lr is -1"));
  CHECK(run.rule.lr(0) == 0.05);
  CHECK(run.rule.state_dict().size() == good.size());
  for (const auto& [name, tensor] : run.rule.state_dict()) {
    CHECK(tensor.to_vector<double>() == good[name].to_vector<double>());
  }
}
