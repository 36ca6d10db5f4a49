// Eight steps of each optimizer against PyTorch's. Where a case is changed or added, do the same in
// tools/make_optimizer_reference.py.
#include <string>
#include <vector>

#include "optim/reference.hpp"
#include "support/catch.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/optim/optimizer.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

struct Problem {
  Tensor x;
  Tensor y;
  explicit Problem(DType dtype)
      : x(Tensor::from_vector<double>({0.5, -1.5}).to(dtype).requires_grad_()),
        y(Tensor::from_vector<double>({2.0, 0.25}).to(dtype).requires_grad_()) {}
  Tensor loss() const {
    return square(square(x) - 1).sum() + 0.5 * square(y).sum() + 0.3 * x.sum() * y.sum();
  }
};

void check_path(const std::string& name, const Problem& problem, optim::Optimizer& rule) {
  INFO(name << " in " << name_of(problem.x.dtype()));
  // Roundings of eight steps, amplified by the curvature of the function.
  const double tolerance = problem.x.dtype() == float64 ? 1e-12 : 1e-4;
  for (const auto& expected : test::reference_paths.at(name)) {
    rule.zero_grad();
    problem.loss().backward();
    rule.step();
    std::vector<double> now = problem.x.to_vector<double>();
    for (const double v : problem.y.to_vector<double>()) now.push_back(v);
    for (std::size_t i = 0; i < 4; ++i) CHECK(now[i] == Approx(expected[i]).epsilon(tolerance));
  }
}

template <class Rule>
void check_rule(const std::string& name, const typename Rule::Options& options) {
  for (const DType dtype : {float64, float32}) {
    const Problem problem(dtype);
    Rule rule({problem.x, problem.y}, options);
    check_path(name, problem, rule);
  }
}

}  // namespace

TEST_CASE("SGD takes PyTorch's steps", "[optim][sgd]") {
  using optim::SGD;
  check_rule<SGD>("SGD: plain", {.lr = 0.05});
  check_rule<SGD>("SGD: momentum", {.lr = 0.02, .momentum = 0.9});
  check_rule<SGD>("SGD: dampening", {.lr = 0.05, .momentum = 0.8, .dampening = 0.3});
  check_rule<SGD>("SGD: nesterov", {.lr = 0.02, .momentum = 0.9, .nesterov = true});
  check_rule<SGD>("SGD: weight decay", {.lr = 0.05, .weight_decay = 0.1});
  check_rule<SGD>("SGD: momentum and weight decay",
                  {.lr = 0.02, .momentum = 0.7, .weight_decay = 0.2});
  check_rule<SGD>("SGD: nesterov and weight decay",
                  {.lr = 0.02, .momentum = 0.7, .weight_decay = 0.2, .nesterov = true});
  check_rule<SGD>("SGD: maximize",
                  {.lr = 0.01, .momentum = 0.5, .weight_decay = 0.1, .maximize = true});
}

template <class Rule>
void check_adam() {
  const std::string name(Rule::Options::name);
  check_rule<Rule>(name + ": plain", {.lr = 0.1});
  check_rule<Rule>(name + ": betas and eps", {.lr = 0.05, .betas = {0.7, 0.95}, .eps = 1e-3});
  check_rule<Rule>(name + ": weight decay", {.lr = 0.1, .weight_decay = 0.15});
  check_rule<Rule>(name + ": amsgrad", {.lr = 0.3, .betas = {0.5, 0.6}, .amsgrad = true});
  check_rule<Rule>(name + ": maximize", {.lr = 0.1, .weight_decay = 0.1, .maximize = true});
}

TEST_CASE("Adam takes PyTorch's steps", "[optim][adam]") { check_adam<optim::Adam>(); }
TEST_CASE("AdamW takes PyTorch's steps", "[optim][adam]") { check_adam<optim::AdamW>(); }

TEST_CASE("each group has its own options", "[optim][sgd]") {
  const Problem problem(float64);
  optim::SGD rule(
      {{{problem.x}, {.lr = 0.05, .momentum = 0.5}}, {{problem.y}, {.lr = 0.01, .momentum = 0.5}}});
  check_path("SGD: two groups", problem, rule);
}
