// Eight steps of each optimizer against PyTorch's. Where a case is changed or added, do the same in
// tools/make_optimizer_reference.py.
#include <string>
#include <vector>

#include "optim/problem.hpp"
#include "optim/reference/adadelta.hpp"
#include "optim/reference/adagrad.hpp"
#include "optim/reference/adam.hpp"
#include "optim/reference/adamax.hpp"
#include "optim/reference/adamw.hpp"
#include "optim/reference/lion.hpp"
#include "optim/reference/nadam.hpp"
#include "optim/reference/radam.hpp"
#include "optim/reference/rmsprop.hpp"
#include "optim/reference/rprop.hpp"
#include "optim/reference/sgd.hpp"
#include "support/catch.hpp"
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

using namespace tapegrad;
using test::Paths;
using test::Problem;

namespace {

void check_path(const Paths& paths, const std::string& name, const Problem& problem,
                optim::Optimizer& rule) {
  INFO(rule.name() << ", " << name << ", in " << name_of(problem.x.dtype()));
  // Roundings of eight steps, amplified by the curvature of the function.
  const double tolerance = problem.x.dtype() == float64 ? 1e-12 : 1e-4;
  for (const auto& expected : paths.at(name)) {
    rule.zero_grad();
    problem.loss().backward();
    rule.step();
    const std::vector<double> now = problem.values();
    for (std::size_t i = 0; i < 4; ++i) CHECK(now[i] == Approx(expected[i]).epsilon(tolerance));
  }
}

template <class Rule>
void check_rule(const Paths& paths, const std::string& name,
                const typename Rule::Options& options) {
  for (const DType dtype : {float64, float32}) {
    const Problem problem(dtype);
    Rule rule({problem.x, problem.y}, options);
    check_path(paths, name, problem, rule);
  }
}

/// The second group has another learning rate.
template <class Rule>
void check_groups(const Paths& paths, const typename Rule::Options& options) {
  const Problem problem(float64);
  typename Rule::Options other = options;
  other.lr = 0.01;
  Rule rule({{{problem.x}, options}, {{problem.y}, other}});
  check_path(paths, "two groups", problem, rule);
}

/// What the rules with means of gradients and of their squares share.
template <class Rule>
void check_means(const Paths& paths) {
  check_rule<Rule>(paths, "plain", {.lr = 0.1});
  check_rule<Rule>(paths, "betas and eps", {.lr = 0.05, .betas = {0.7, 0.95}, .eps = 1e-3});
  check_rule<Rule>(paths, "weight decay", {.lr = 0.1, .weight_decay = 0.15});
  check_rule<Rule>(paths, "maximize", {.lr = 0.1, .weight_decay = 0.1, .maximize = true});
  check_groups<Rule>(paths, {.lr = 0.1, .weight_decay = 0.1});
}

}  // namespace

TEST_CASE("SGD takes PyTorch's steps", "[optim][sgd]") {
  using optim::SGD;
  const Paths& paths = test::sgd_paths;
  check_rule<SGD>(paths, "plain", {.lr = 0.05});
  check_rule<SGD>(paths, "momentum", {.lr = 0.02, .momentum = 0.9});
  check_rule<SGD>(paths, "dampening", {.lr = 0.05, .momentum = 0.8, .dampening = 0.3});
  check_rule<SGD>(paths, "nesterov", {.lr = 0.02, .momentum = 0.9, .nesterov = true});
  check_rule<SGD>(paths, "weight decay", {.lr = 0.05, .weight_decay = 0.1});
  check_rule<SGD>(paths, "momentum and weight decay",
                  {.lr = 0.02, .momentum = 0.7, .weight_decay = 0.2});
  check_rule<SGD>(paths, "nesterov and weight decay",
                  {.lr = 0.02, .momentum = 0.7, .weight_decay = 0.2, .nesterov = true});
  check_rule<SGD>(paths, "maximize",
                  {.lr = 0.01, .momentum = 0.5, .weight_decay = 0.1, .maximize = true});
  check_groups<SGD>(paths, {.lr = 0.05, .momentum = 0.5});
}

TEST_CASE("Adam takes PyTorch's steps", "[optim][adam]") {
  check_means<optim::Adam>(test::adam_paths);
  check_rule<optim::Adam>(test::adam_paths, "amsgrad",
                          {.lr = 0.3, .betas = {0.5, 0.6}, .amsgrad = true});
}

TEST_CASE("AdamW takes PyTorch's steps", "[optim][adam]") {
  check_means<optim::AdamW>(test::adamw_paths);
  check_rule<optim::AdamW>(test::adamw_paths, "amsgrad",
                           {.lr = 0.3, .betas = {0.5, 0.6}, .amsgrad = true});
}

TEST_CASE("NAdam takes PyTorch's steps", "[optim][nadam]") {
  using optim::NAdam;
  check_means<NAdam>(test::nadam_paths);
  check_rule<NAdam>(test::nadam_paths, "decoupled",
                    {.lr = 0.1, .weight_decay = 0.15, .decoupled_weight_decay = true});
  check_rule<NAdam>(test::nadam_paths, "momentum decay", {.lr = 0.1, .momentum_decay = 0.5});
}

TEST_CASE("RAdam takes PyTorch's steps", "[optim][radam]") {
  using optim::RAdam;
  check_means<RAdam>(test::radam_paths);
  check_rule<RAdam>(test::radam_paths, "decoupled",
                    {.lr = 0.1, .weight_decay = 0.15, .decoupled_weight_decay = true});
  check_rule<RAdam>(test::radam_paths, "never adaptive", {.lr = 0.05, .betas = {0.8, 0.6}});
}

TEST_CASE("Adamax takes PyTorch's steps", "[optim][adamax]") {
  check_means<optim::Adamax>(test::adamax_paths);
}

TEST_CASE("Adadelta takes PyTorch's steps", "[optim][adadelta]") {
  using optim::Adadelta;
  const Paths& paths = test::adadelta_paths;
  check_rule<Adadelta>(paths, "plain", {});
  check_rule<Adadelta>(paths, "rho and eps", {.lr = 0.8, .rho = 0.7, .eps = 1e-2});
  check_rule<Adadelta>(paths, "weight decay", {.lr = 5, .eps = 1e-3, .weight_decay = 0.1});
  check_rule<Adadelta>(paths, "maximize",
                       {.lr = 2, .eps = 1e-3, .weight_decay = 0.1, .maximize = true});
  check_groups<Adadelta>(paths, {.lr = 3, .eps = 1e-3});
}

TEST_CASE("Adagrad takes PyTorch's steps", "[optim][adagrad]") {
  using optim::Adagrad;
  const Paths& paths = test::adagrad_paths;
  check_rule<Adagrad>(paths, "plain", {.lr = 0.1});
  check_rule<Adagrad>(paths, "decay of the rate", {.lr = 0.2, .lr_decay = 0.3, .eps = 1e-3});
  check_rule<Adagrad>(paths, "initial sum", {.lr = 0.2, .initial_accumulator_value = 0.5});
  check_rule<Adagrad>(paths, "weight decay", {.lr = 0.2, .weight_decay = 0.1});
  check_rule<Adagrad>(paths, "maximize", {.lr = 0.1, .weight_decay = 0.1, .maximize = true});
  check_groups<Adagrad>(paths, {.lr = 0.2, .lr_decay = 0.1});
}

TEST_CASE("RMSprop takes PyTorch's steps", "[optim][rmsprop]") {
  using optim::RMSprop;
  const Paths& paths = test::rmsprop_paths;
  check_rule<RMSprop>(paths, "plain", {.lr = 0.02});
  check_rule<RMSprop>(paths, "alpha and eps", {.lr = 0.05, .alpha = 0.8, .eps = 1e-2});
  check_rule<RMSprop>(paths, "momentum", {.lr = 0.02, .alpha = 0.9, .momentum = 0.7});
  check_rule<RMSprop>(paths, "centered", {.lr = 0.02, .alpha = 0.9, .centered = true});
  check_rule<RMSprop>(
      paths, "centered momentum",
      {.lr = 0.01, .alpha = 0.9, .weight_decay = 0.1, .momentum = 0.6, .centered = true});
  check_rule<RMSprop>(paths, "maximize", {.lr = 0.02, .weight_decay = 0.1, .maximize = true});
  check_groups<RMSprop>(paths, {.lr = 0.02, .momentum = 0.5});
}

TEST_CASE("Rprop takes PyTorch's steps", "[optim][rprop]") {
  using optim::Rprop;
  const Paths& paths = test::rprop_paths;
  check_rule<Rprop>(paths, "plain", {.lr = 0.1});
  check_rule<Rprop>(paths, "etas", {.lr = 0.3, .etas = {0.3, 1.7}});
  check_rule<Rprop>(paths, "step sizes", {.lr = 0.3, .step_sizes = {0.05, 0.35}});
  check_rule<Rprop>(paths, "maximize", {.lr = 0.1, .maximize = true});
  check_groups<Rprop>(paths, {.lr = 0.2});
}

TEST_CASE("Lion takes the steps of its authors", "[optim][lion]") {
  using optim::Lion;
  const Paths& paths = test::lion_paths;
  check_rule<Lion>(paths, "plain", {.lr = 0.05});
  check_rule<Lion>(paths, "betas", {.lr = 0.05, .betas = {0.5, 0.7}});
  check_rule<Lion>(paths, "weight decay", {.lr = 0.1, .weight_decay = 0.3});
  check_rule<Lion>(paths, "maximize", {.lr = 0.05, .weight_decay = 0.3, .maximize = true});
  check_groups<Lion>(paths, {.lr = 0.1});
}
