// Every module with every optimizer: a program trains it as the function that was captured does, to
// the bit.
#include "program/models.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/sanitized.hpp"
#include "support/values.hpp"
#include "tapegrad/nn/clip.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/optim/adadelta.hpp"
#include "tapegrad/optim/adagrad.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/optim/adamax.hpp"
#include "tapegrad/optim/averaged.hpp"
#include "tapegrad/optim/curves.hpp"
#include "tapegrad/optim/cycles.hpp"
#include "tapegrad/optim/lbfgs.hpp"
#include "tapegrad/optim/lion.hpp"
#include "tapegrad/optim/nadam.hpp"
#include "tapegrad/optim/plateau.hpp"
#include "tapegrad/optim/radam.hpp"
#include "tapegrad/optim/rmsprop.hpp"
#include "tapegrad/optim/rprop.hpp"
#include "tapegrad/optim/scheduler.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/threads.hpp"

namespace tapegrad::test {
namespace {

using Tensors = std::vector<Tensor>;
using MakeOptimizer = std::function<std::unique_ptr<optim::Optimizer>(const Tensors&)>;

struct OptimizerRow {
  std::string name;
  MakeOptimizer make;
};

template <class Optimizer>
OptimizerRow optimizer(std::string name, const typename Optimizer::Options& options) {
  return {std::move(name),
          [options](const Tensors& p) { return std::make_unique<Optimizer>(p, options); }};
}

const std::vector<OptimizerRow>& optimizers() {
  using namespace optim;
  static const std::vector<OptimizerRow> all{
      optimizer<SGD>("SGD", {.lr = 0.1, .weight_decay = 0.01}),
      optimizer<SGD>("SGD with momentum", {.lr = 0.1, .momentum = 0.9, .dampening = 0.1}),
      optimizer<SGD>("SGD, Nesterov's", {.lr = 0.1, .momentum = 0.9, .nesterov = true}),
      optimizer<Adam>("Adam", {.lr = 0.1}),
      optimizer<Adam>("Adam with amsgrad", {.lr = 0.1, .amsgrad = true}),
      optimizer<AdamW>("AdamW", {.lr = 0.1, .maximize = true}),
      optimizer<NAdam>("NAdam", {.lr = 0.1}),
      optimizer<RAdam>("RAdam", {.lr = 0.1, .weight_decay = 0.01}),
      optimizer<Adamax>("Adamax", {.lr = 0.1}),
      optimizer<Adadelta>("Adadelta", {.lr = 0.1}),
      optimizer<Adagrad>("Adagrad", {.lr = 0.1, .lr_decay = 0.1}),
      optimizer<Lion>("Lion", {.lr = 0.01, .weight_decay = 0.1}),
      optimizer<RMSprop>("RMSprop", {.lr = 0.01}),
      optimizer<RMSprop>("RMSprop, centered", {.lr = 0.01, .centered = true}),
      optimizer<RMSprop>("RMSprop with momentum", {.lr = 0.01, .momentum = 0.5}),
      optimizer<RMSprop>("RMSprop with both", {.lr = 0.01, .momentum = 0.5, .centered = true}),
      optimizer<Rprop>("Rprop", {.lr = 0.01})};
  // What a sanitizer looks at are the programs, and it takes minutes for all.
  static const std::vector<OptimizerRow> few(all.begin(), all.begin() + 2);
  return test::sanitized ? few : all;
}

void check_same(const StateDict& got, const StateDict& expected) {
  REQUIRE(got.size() == expected.size());
  for (const auto& [name, x] : expected) {
    INFO(name);
    REQUIRE(difference(got[name].detach(), x.detach(), 0, 0) == "");
  }
}

/// One of two that are trained alike.
struct Side {
  Side(const ModelRow& row, const MakeOptimizer& make) {
    manual_seed(1);
    model = row.make();
    optimizer = make(model.module->parameters());
  }
  Tensors step(const Tensors& x) const {
    const Tensor loss = model.loss(x)[0];
    optimizer->zero_grad();
    loss.backward();
    nn::clip_grad_norm_(model.module->parameters(), 2);
    optimizer->step();
    return {loss};
  }
  Trained model;
  std::unique_ptr<optim::Optimizer> optimizer;
};

Tensors drawn(const std::vector<Feed>& feeds) {
  Tensors list;
  for (const Feed& feed : feeds) {
    list.push_back(is_floating(feed.dtype) ? randn(feed.shape, feed.dtype)
                                           : randint(4, feed.shape));
  }
  return list;
}

/// With what stands between two steps, if anything does.
void check_alike(const ModelRow& row, const Side& eager, const Side& captured,
                 const std::function<void(optim::Optimizer&, int)>& between, int runs) {
  const Program program([&](const Tensors& x) { return captured.step(x); }, row.feeds);
  for (int run = 0; run < runs; ++run) {
    INFO("run " << run << "\n" << program.text());
    if (between) between(*eager.optimizer, run);
    if (between) between(*captured.optimizer, run);
    const auto seed = static_cast<std::uint64_t>(100 + run);
    manual_seed(seed);
    const Tensors x = drawn(row.feeds);
    const Tensor expected = eager.step(x)[0];
    const Tensor drawn_next = rand({1});
    manual_seed(seed);
    drawn(row.feeds);
    const Tensor got = program.run(x)[0];
    REQUIRE(difference(got, expected.detach(), 0, 0) == "");
    REQUIRE(difference(rand({1}), drawn_next, 0, 0) == "");
    check_same(captured.model.module->state_dict(), eager.model.module->state_dict());
    const Tensors of_got = captured.model.module->parameters();
    const Tensors of_expected = eager.model.module->parameters();
    for (std::size_t i = 0; i < of_got.size(); ++i) {
      INFO("gradient " << i);
      REQUIRE(of_got[i].grad().defined() == of_expected[i].grad().defined());
      if (!of_got[i].grad().defined()) continue;
      REQUIRE(difference(of_got[i].grad(), of_expected[i].grad(), 0, 0) == "");
    }
  }
  check_same(captured.optimizer->state_dict(), eager.optimizer->state_dict());
}

void check_trained(const ModelRow& row, const OptimizerRow& by,
                   const std::function<void(optim::Optimizer&, int)>& between = {}, int runs = 3) {
  INFO(row.name << " by " << by.name);
  const Side eager(row, by.make), captured(row, by.make);
  check_alike(row, eager, captured, between, runs);
}

void check_all(const std::vector<ModelRow>& rows) {
  for (const ModelRow& row : rows) {
    for (const OptimizerRow& by : optimizers()) check_trained(row, by);
  }
}

TEST_CASE("every layer is trained by every optimizer in a program as by itself", "[program]") {
  check_all(layer_rows());
}

TEST_CASE("every network of sequences is trained by every optimizer alike", "[program]") {
  check_all(sequence_rows());
}

TEST_CASE("every loss is trained by every optimizer alike", "[program]") { check_all(loss_rows()); }

TEST_CASE("large models are trained alike by one thread and by two", "[program]") {
  const int before = num_threads();
  for (const int threads : {1, 2}) {
    INFO(threads << " threads");
    set_num_threads(threads);
    for (const ModelRow& row : large_rows()) {
      for (const OptimizerRow& by : optimizers()) check_trained(row, by);
    }
  }
  set_num_threads(before);
}

/// The learning rates follow a curve, between the runs.
void check_scheduled(const std::string& name, const optim::Curve& curve, const OptimizerRow& by) {
  INFO(name);
  const std::vector<ModelRow> rows = layer_rows();
  const ModelRow& row = rows[0];
  const Side eager(row, by.make), captured(row, by.make);
  optim::Scheduler of_eager(*eager.optimizer, curve), of_captured(*captured.optimizer, curve);
  check_alike(
      row, eager, captured,
      [&](optim::Optimizer& one, int run) {
        if (run == 0) return;
        (&one == eager.optimizer.get() ? of_eager : of_captured).step();
      },
      6);
  CHECK(of_captured.last_lr() == of_eager.last_lr());
}

TEST_CASE("learning rates that a scheduler changes hold in the next run", "[program]") {
  using namespace optim;
  for (const OptimizerRow& by : optimizers()) {
    INFO(by.name);
    check_scheduled("StepLR", StepLR{.step_size = 2, .gamma = 0.5}, by);
    check_scheduled("MultiStepLR", MultiStepLR{.milestones = {1, 3}}, by);
    check_scheduled("ConstantLR", ConstantLR{.total_iters = 2}, by);
    check_scheduled("LinearLR", LinearLR{.total_iters = 4}, by);
    check_scheduled("ExponentialLR", ExponentialLR{.gamma = 0.7}, by);
    check_scheduled("PolynomialLR", PolynomialLR{.total_iters = 5}, by);
    check_scheduled("CosineAnnealingLR", CosineAnnealingLR{.T_max = 4}, by);
    check_scheduled("CosineAnnealingWarmRestarts", CosineAnnealingWarmRestarts{.T_0 = 2}, by);
  }
  const OptimizerRow& momentum = optimizers()[1];
  check_scheduled("OneCycleLR", OneCycleLR{.max_lr = 0.5, .total_steps = 8}, momentum);
  check_scheduled("CyclicLR", CyclicLR{.base_lr = 0.01, .max_lr = 0.5, .step_size_up = 2},
                  momentum);
}

TEST_CASE("what isn't a step of tensors is refused within a captured function", "[program]") {
  const std::vector<ModelRow> rows = layer_rows();
  const Trained model = rows[0].make();
  const Tensors p = model.module->parameters();
  const auto refusal = [&](const std::function<void(const Tensor&)>& f) {
    return error_of(
        [&] { capture([&](const Tensor& x) { f(model.loss({x})[0]); }, rows[0].feeds); });
  };
  optim::LBFGS lbfgs(p, {.lr = 1});
  CHECK(
      contains(refusal([&](const Tensor& loss) { lbfgs.step([&] { return loss; }); }), "LBFGS: "));
  optim::SGD sgd(p, {.lr = 1});
  optim::Scheduler scheduler(sgd, optim::StepLR{.step_size = 1});
  CHECK(contains(refusal([&](const Tensor&) { scheduler.step(); }), "once, and not in each run"));
  optim::ReduceLROnPlateau plateau(sgd);
  CHECK(contains(refusal([&](const Tensor&) { plateau.step(1.0); }), "once, and not in each run"));
}

}  // namespace
}  // namespace tapegrad::test
