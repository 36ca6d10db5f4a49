#include "support/catch.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/adam.hpp"
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
