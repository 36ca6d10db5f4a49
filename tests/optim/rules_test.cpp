// Eight steps of each optimizer against PyTorch's. Where a case is changed or added, do the same in
// tools/make_optimizer_reference.py.
#include <memory>

#include "optim/reference.hpp"
#include "support/catch.hpp"
#include "tapegrad/tapegrad.hpp"

using namespace tapegrad;

namespace {

struct Problem {
  Tensor x = Tensor::from_vector<double>({0.5, -1.5}).requires_grad_();
  Tensor y = Tensor::from_vector<double>({2.0, 0.25}).requires_grad_();
  Tensor loss() const {
    return square(square(x) - 1).sum() + 0.5 * square(y).sum() + 0.3 * x.sum() * y.sum();
  }
};

void check_path(const std::string& name, const Problem& problem, optim::Optimizer& rule) {
  INFO(name);
  for (const auto& expected : test::reference_paths.at(name)) {
    rule.zero_grad();
    problem.loss().backward();
    rule.step();
    std::vector<double> now = problem.x.to_vector<double>();
    for (const double v : problem.y.to_vector<double>()) now.push_back(v);
    // Roundings of eight steps, amplified by the curvature of the function.
    for (std::size_t i = 0; i < 4; ++i) CHECK(now[i] == Approx(expected[i]).epsilon(1e-12));
  }
}

template <class Rule>
void check_rule(const std::string& name, const typename Rule::Options& options) {
  const Problem problem;
  Rule rule({problem.x, problem.y}, options);
  check_path(name, problem, rule);
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

TEST_CASE("each group has its own options", "[optim][sgd]") {
  const Problem problem;
  optim::SGD rule(
      {{{problem.x}, {.lr = 0.05, .momentum = 0.5}}, {{problem.y}, {.lr = 0.01, .momentum = 0.5}}});
  check_path("SGD: two groups", problem, rule);
}
