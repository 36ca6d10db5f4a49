// Options and uses that optimizers refuse.
#include <limits>
#include <utility>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
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
using test::contains;
using test::error_of;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

std::vector<Tensor> parameters() { return {ones({2}, {.dtype = float64, .requires_grad = true})}; }

}  // namespace

TEMPLATE_TEST_CASE("options are finite numbers, whichever way they come", "[optim][misuse]",
                   optim::SGD, optim::Adam, optim::AdamW, optim::NAdam, optim::RAdam, optim::Adamax,
                   optim::Lion, optim::Adadelta, optim::Adagrad, optim::RMSprop, optim::Rprop) {
  TestType rule(parameters(), {.lr = 0.1});
  const StateDict good = rule.state_dict().clone();
  for (const auto& [name, entry] : good) {
    if (name.rfind("groups.0.", 0) != 0 || entry.dtype() != float64) continue;
    for (const double wrong : {not_a_number, inf, -inf}) {
      StateDict state;
      for (const auto& [other, tensor] : good) {
        state.insert(other, other == name ? full({}, wrong, {.dtype = float64}) : tensor);
      }
      INFO(name << " " << wrong);
      CHECK_THROWS_AS(rule.load_state_dict(state), Error);
    }
  }
  for (const double wrong : {not_a_number, inf, -inf, -1.0}) {
    CHECK_THROWS_AS(rule.set_lr(wrong), Error);
    CHECK_THROWS_AS(rule.set_lr(wrong, 0), Error);
    CHECK_THROWS_AS(rule.set_options({.lr = wrong}), Error);
    CHECK_THROWS_AS(rule.add_group(parameters(), {.lr = wrong}), Error);
    typename TestType::Options options;
    if constexpr (requires { options.weight_decay; }) {
      options.weight_decay = wrong;
      CHECK_THROWS_AS(rule.set_options(options), Error);
    }
    CHECK_THROWS_AS(TestType(parameters(), {.lr = wrong}), Error);
  }
  CHECK(rule.lr() == 0.1);
  CHECK(rule.group_count() == 1);
  const std::string message = std::string(rule.name()) + ": lr is inf; it must be a finite number";
  CHECK_THROWS_WITH(rule.set_lr(inf), message);
}

TEST_CASE("options of one optimizer alone are finite too", "[optim][misuse]") {
  for (const double wrong : {not_a_number, inf, -inf, -1.0}) {
    CHECK_THROWS_AS(optim::SGD(parameters(), {.momentum = wrong}), Error);
    CHECK_THROWS_AS(optim::Adam(parameters(), {.betas = {wrong, 0.9}}), Error);
    CHECK_THROWS_AS(optim::AdamW(parameters(), {.betas = {0.9, wrong}}), Error);
    CHECK_THROWS_AS(optim::Adam(parameters(), {.eps = wrong}), Error);
  }
  CHECK_THROWS_AS(optim::SGD(parameters(), {.momentum = 0.5, .dampening = not_a_number}), Error);
  CHECK_THROWS_WITH(optim::Adadelta(parameters(), {.rho = 1.5}),
                    "Adadelta: rho is 1.5; it is at most 1");
  CHECK_THROWS_WITH(optim::Rprop(parameters(), {.etas = {1.1, 1.2}}),
                    Catch::Contains("etas are 1.1 and 1.2"));
  CHECK_THROWS_WITH(optim::Rprop(parameters(), {.step_sizes = {1, 0.5}}),
                    Catch::Contains("step_sizes are 1 and 0.5"));
  CHECK_THROWS_WITH(optim::Lion(parameters(), {.betas = {0.9, 1}}),
                    "Lion: betas are 0.9 and 1; they lie in [0, 1)");
}

TEST_CASE("an optimizer that was moved from refuses to be used", "[optim][misuse]") {
  optim::SGD rule(parameters(), {.lr = 0.1});
  optim::SGD heir = std::move(rule);
  const StateDict state = heir.state_dict();
  const auto refused = [&](auto&& call) {
    CHECK(error_of(call) == "SGD: this optimizer was moved from; use the one it went to");
  };
  refused([&] { rule.step(); });
  refused([&] { rule.zero_grad(); });
  refused([&] { rule.set_lr(1); });
  refused([&] { rule.set_lr(1, 0); });
  refused([&] { static_cast<void>(rule.lr()); });
  refused([&] { rule.parameters(); });
  refused([&] { static_cast<void>(rule.options()); });
  refused([&] { rule.set_options({}); });
  refused([&] { rule.state_dict(); });
  refused([&] { rule.load_state_dict(state); });
  refused([&] { static_cast<void>(rule.group_count()); });
  refused([&] { static_cast<void>(rule.name()); });
  refused([&] { rule.add_group(parameters(), {}); });
  rule = std::move(heir);
  rule.step();
  CHECK(rule.lr() == 0.1);
}

TEST_CASE("a state with a negative number of steps is refused", "[optim][misuse]") {
  optim::Adam rule(parameters());
  StateDict state;
  for (const auto& [name, tensor] : rule.state_dict()) {
    state.insert(name, name == "state.0.steps" ? full({}, -5, {.dtype = int64}) : tensor);
  }
  CHECK_THROWS_WITH(rule.load_state_dict(state),
                    "load_state_dict: \"state.0.steps\" is -5; nothing was loaded");
}

TEST_CASE("a state that was kept without clone() is refused once steps have changed it",
          "[optim][misuse]") {
  const std::vector<Tensor> w = parameters();
  optim::SGD rule(w, {.lr = 0.1, .momentum = 0.9});
  const auto step = [&] {
    rule.zero_grad();
    (w[0] * 2).sum().backward();
    rule.step();
  };
  step();
  const StateDict kept = rule.state_dict();
  rule.load_state_dict(kept);  // nothing has changed
  const StateDict again = rule.state_dict();
  step();
  CHECK(
      contains(error_of([&] { rule.load_state_dict(again); }),
               "\"state.0.momentum_buffer\" is the optimizer's own tensor, which later steps have "
               "changed: keep state_dict().clone()"));
  CHECK(rule.state_dict()["state.0.steps"].item<int>() == 2);
  rule.load_state_dict(kept);  // loading made new tensors: these are a snapshot
  CHECK(rule.state_dict()["state.0.steps"].item<int>() == 1);
}
