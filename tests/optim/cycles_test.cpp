#include "tapegrad/optim/cycles.hpp"

#include <cmath>

#include "optim/rates.hpp"
#include "optim/reference/cycles.hpp"
#include "support/catch.hpp"
#include "tapegrad/optim/adagrad.hpp"
#include "tapegrad/optim/adam.hpp"

using namespace tapegrad;
using namespace tapegrad::optim;

namespace {

void check_curve(const std::string& name, const Curve& curve) {
  test::check_curve(test::cycles, name, curve);
}

}  // namespace

TEST_CASE("one cycle is PyTorch's", "[optim][schedule]") {
  check_curve("OneCycleLR", OneCycleLR{.max_lr = 0.3, .total_steps = 20});
  check_curve("OneCycleLR, linear", OneCycleLR{.max_lr = {0.3, 0.4},
                                               .total_steps = 25,
                                               .pct_start = 0.4,
                                               .anneal_strategy = Anneal::linear,
                                               .base_momentum = 0.7,
                                               .max_momentum = 0.9,
                                               .div_factor = 10,
                                               .final_div_factor = 100});
  check_curve("OneCycleLR, three phases",
              OneCycleLR{.max_lr = 0.3, .total_steps = 21, .three_phase = true});
  check_curve("OneCycleLR, no momentum",
              OneCycleLR{.max_lr = 0.3, .total_steps = 20, .cycle_momentum = false});
}

TEST_CASE("cycles are PyTorch's", "[optim][schedule]") {
  check_curve("CyclicLR", CyclicLR{.base_lr = 0.01, .max_lr = 0.1, .step_size_up = 4});
  check_curve("CyclicLR, halved", CyclicLR{.base_lr = {0.01, 0.02},
                                           .max_lr = {0.1, 0.3},
                                           .step_size_up = 2,
                                           .step_size_down = 5,
                                           .mode = CycleMode::triangular2,
                                           .base_momentum = 0.6});
  check_curve("CyclicLR, faded", CyclicLR{.base_lr = 0.01,
                                          .max_lr = 0.1,
                                          .step_size_up = 3,
                                          .mode = CycleMode::exp_range,
                                          .gamma = 0.9});
  CyclicLR own{.base_lr = 0.01, .max_lr = 0.1, .step_size_up = 3};
  own.scale_fn = [](double step) { return std::pow(0.95, step); };
  own.scale_by_step = true;
  check_curve("CyclicLR, own scale by step", own);
  own.scale_fn = [](double cycle) { return 1 / cycle; };
  own.scale_by_step = false;
  own.cycle_momentum = false;
  check_curve("CyclicLR, own scale", own);
}

TEST_CASE("the momentum of a cycle is Adam's first beta", "[optim][schedule]") {
  Adam adam({zeros({1}, {.requires_grad = true})}, {.betas = {0.5, 0.7}});
  Scheduler scheduler(adam, OneCycleLR{.max_lr = 0.3, .total_steps = 20});
  CHECK(adam.options().betas == std::array{0.95, 0.7});
  for (int i = 0; i < 5; ++i) scheduler.step();
  CHECK(adam.options().betas[0] == Approx(0.85).epsilon(1e-15));
}

TEST_CASE("a cycle with momentum is refused where there is none", "[optim][schedule][misuse]") {
  Adagrad adagrad({zeros({1}, {.requires_grad = true})}, 0.5);
  CHECK_THROWS_WITH(Scheduler(adagrad, OneCycleLR{.max_lr = 0.3, .total_steps = 20}),
                    "Scheduler: the curve has a momentum, Adagrad has neither momentum nor betas; "
                    "set cycle_momentum to false");
  CHECK(adagrad.lr() == 0.5);
}

TEST_CASE("a momentum that no optimizer takes changes nothing", "[optim][schedule][misuse]") {
  SGD sgd = test::two_groups();
  CHECK_THROWS_WITH(
      Scheduler(sgd, OneCycleLR{.max_lr = 0.3, .total_steps = 20, .max_momentum = {0.9, 1}}),
      "Scheduler: momentum of group 1 at step 0 is 1; it lies in [0, 1)");
  CHECK(sgd.lr(0) == 0.1);
  CHECK(sgd.options(0).momentum == 0.9);
}

TEST_CASE("cycles out of range are refused with their numbers", "[optim][schedule][misuse]") {
  const auto refused = [](const auto& curve, const std::string& text) {
    CHECK_THROWS_WITH(Curve(curve), text);
  };
  refused(OneCycleLR{.max_lr = 0.1}, "OneCycleLR: total_steps is 0; it is at least 1");
  refused(OneCycleLR{.max_lr = -0.1, .total_steps = 3},
          "OneCycleLR: max_lr is -0.1; it can't be negative");
  refused(OneCycleLR{.max_lr = 0.1, .total_steps = 3, .pct_start = 1.5},
          "OneCycleLR: pct_start is 1.5; it lies in [0, 1]");
  refused(OneCycleLR{.max_lr = 0.1, .total_steps = 3, .div_factor = 0},
          "OneCycleLR: div_factor and final_div_factor are 0 and 10000; they are above 0");
  refused(OneCycleLR{.total_steps = 3}, "OneCycleLR: max_lr is 0; it is above 0");
  refused(CyclicLR{.base_lr = 0.1}, "CyclicLR: max_lr is 0; it is above 0");
  refused(CyclicLR{.max_lr = 0.1, .step_size_up = 0},
          "CyclicLR: step_size_up and step_size_down are 0 and 0; at least 1, and at least 0");
  refused(CyclicLR{.max_lr = {}},
          "CyclicLR: max_lr has 0 numbers; give one, or one for each group");
  SGD sgd = test::two_groups();
  Scheduler scheduler(sgd, OneCycleLR{.max_lr = 0.3, .total_steps = 2});
  scheduler.step();
  scheduler.step();  // as in PyTorch, one more than there are
  CHECK_THROWS_WITH(scheduler.step(),
                    "OneCycleLR: step 3 of 2; total_steps says how many there are");
  CHECK(scheduler.last_epoch() == 2);
  CHECK_THROWS_AS(Scheduler(sgd, CyclicLR{.max_lr = {0.1, 0.2, 0.3}, .base_momentum = {}}), Error);
  sgd.add_group({zeros({1}, {.requires_grad = true})}, {});
  CHECK_THROWS_AS(Scheduler(sgd, CyclicLR{.max_lr = {0.1, 0.2}}), IndexError);
}
