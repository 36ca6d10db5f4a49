#include "tapegrad/optim/scheduler.hpp"

#include <cmath>
#include <filesystem>
#include <optional>

#include "optim/rates.hpp"
#include "support/catch.hpp"
#include "tapegrad/io/saver.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/curves.hpp"
#include "tapegrad/optim/cycles.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/state_dict.hpp"

using namespace tapegrad;
using namespace tapegrad::optim;

namespace {

/// A curve of the user's own.
struct Countdown {
  Rate at(double base, std::int64_t t, std::size_t group) const {
    return {base * static_cast<double>(10 - t) + static_cast<double>(group)};
  }
};

}  // namespace

TEST_CASE("a type of the user's is a curve", "[optim][schedule]") {
  SGD sgd = test::two_groups();
  Scheduler scheduler(sgd, Countdown{});
  CHECK(sgd.lr(0) == 0.1 * 10);
  scheduler.step();
  CHECK(sgd.lr(1) == 0.02 * 9 + 1);
  CHECK(scheduler.last_lr() == std::vector{0.1 * 9, 0.02 * 9 + 1});
}

TEST_CASE("a base rate that is set holds from the next step on", "[optim][schedule]") {
  SGD sgd = test::two_groups();
  Scheduler scheduler(sgd, ExponentialLR{.gamma = 0.5});
  scheduler.step();
  sgd.set_lr(7, 0);
  scheduler.set_base_lr(8, 1);
  CHECK(sgd.lr(0) == 7);
  scheduler.step();
  CHECK(sgd.lr(0) == 0.1 / 4);
  CHECK(sgd.lr(1) == 2);
  CHECK(scheduler.base_lr(1) == 8);
  CHECK_THROWS_AS(scheduler.set_base_lr(1, 2), IndexError);
  CHECK_THROWS_AS(scheduler.set_base_lr(-1), Error);
}

TEST_CASE("a group that was added is scheduled from its own rate", "[optim][schedule]") {
  SGD sgd = test::two_groups();
  Scheduler scheduler(sgd, ExponentialLR{.gamma = 0.5});
  sgd.add_group({zeros({1}, {.requires_grad = true})}, {.lr = 4});
  scheduler.step();
  CHECK(sgd.lr(2) == 2);
}

TEST_CASE("a scheduler goes with its optimizer", "[optim][schedule]") {
  std::optional<SGD> sgd(test::two_groups());
  Scheduler scheduler(*sgd, ExponentialLR{.gamma = 0.5});
  SGD moved = std::move(*sgd);
  sgd.reset();
  scheduler.step();
  CHECK(moved.lr(0) == 0.05);
  { const SGD end = std::move(moved); }
  CHECK_THROWS_WITH(scheduler.step(), Catch::Contains("its optimizer has come to its end"));
}

TEST_CASE("a rate that no optimizer takes changes nothing", "[optim][schedule][misuse]") {
  SGD sgd = test::two_groups();
  Scheduler scheduler(sgd, LambdaLR([](std::int64_t t) { return t < 2 ? 1 : -1; }));
  scheduler.step();
  CHECK_THROWS_WITH(scheduler.step(),
                    "Scheduler: lr of group 0 at step 2 is -0.1; it can't be negative");
  CHECK(scheduler.last_epoch() == 1);
  CHECK(sgd.lr(0) == 0.1);
  CHECK_THROWS_AS(Scheduler(sgd, LambdaLR([](std::int64_t) { return NAN; })), Error);
}

TEST_CASE("a captured function can't step a scheduler", "[optim][schedule][misuse]") {
  SGD sgd = test::two_groups();
  Scheduler scheduler(sgd, ExponentialLR{.gamma = 0.5});
  const auto step = [&](const Tensor& x) {
    scheduler.step();
    return x.clone();
  };
  CHECK_THROWS_WITH(capture(step, {{1}}), Catch::Contains("in a captured function"));
  CHECK(scheduler.last_epoch() == 0);
}

TEST_CASE("a program trains with the rates of a scheduler that steps between its runs",
          "[optim][schedule][program]") {
  const auto trained = [](bool captured) {
    const Tensor w = full({3}, 2.0, {.dtype = float64, .requires_grad = true});
    SGD sgd({w}, {.lr = 0.1, .momentum = 0.5});
    Scheduler scheduler(sgd, OneCycleLR{.max_lr = 0.2, .total_steps = 6});
    const auto step = [&](const Tensor& x) {
      sgd.zero_grad();
      const Tensor loss = square(w * x).sum();
      loss.backward();
      sgd.step();
      return loss;
    };
    const Tensor x = ones({3}, {.dtype = float64});
    const Program program = capture(step, {{{3}, float64}});
    for (int i = 0; i < 5; ++i) {
      captured ? program(x) : step(x);
      scheduler.step();
    }
    return w.to_vector<double>();
  };
  CHECK(trained(true) == trained(false));
}

TEST_CASE("a scheduler's state is resumed by a Saver", "[optim][schedule][state]") {
  const auto folder = std::filesystem::temp_directory_path() / "tapegrad-scheduler-test";
  std::filesystem::remove_all(folder);
  const Curve curve = OneCycleLR{.max_lr = 0.3, .total_steps = 20};
  SGD whole = test::two_groups();
  Scheduler first(whole, curve);
  first.set_base_lr(0.7, 1);
  for (int i = 0; i < 8; ++i) first.step();
  io::Saver(folder).add("sgd", whole).add("scheduler", first).save(8);

  SGD resumed = test::two_groups();
  Scheduler second(resumed, curve);
  io::Saver saver(folder);
  saver.add("sgd", resumed).add("scheduler", second);
  REQUIRE(saver.restore_latest().has_value());
  CHECK(second.last_epoch() == 8);
  CHECK(second.base_lr(1) == 0.7);
  CHECK(resumed.lr(0) == whole.lr(0));
  CHECK(resumed.options().momentum == whole.options().momentum);
  first.step();
  second.step();
  CHECK(resumed.lr(1) == whole.lr(1));
  std::filesystem::remove_all(folder);
}

TEST_CASE("the state of another scheduler is refused and changes nothing",
          "[optim][schedule][state]") {
  SGD sgd = test::two_groups();
  Scheduler scheduler(sgd, ExponentialLR{.gamma = 0.5});
  scheduler.step();
  const StateDict good = scheduler.state_dict();
  const auto with = [&](const std::string& name, const Tensor& value) {
    StateDict changed;
    for (const auto& [key, tensor] : good) changed.insert(key, key == name ? value : tensor);
    if (!changed.contains(name)) changed.insert(name, value);
    return changed;
  };
  const auto load = [&](const std::string& name, const Tensor& value) {
    scheduler.load_state_dict(with(name, value));
  };
  CHECK_THROWS_WITH(scheduler.load_state_dict({}),
                    "Scheduler: load_state_dict: no entry \"last_epoch\"; nothing was loaded");
  CHECK_THROWS_WITH(load("more", zeros({})),
                    "Scheduler: load_state_dict: 3 entries in the place of 2; nothing was loaded");
  CHECK_THROWS_AS(load("base_lrs", zeros({3}, {.dtype = float64})), ShapeError);
  CHECK_THROWS_AS(load("last_epoch", zeros({})), DTypeError);
  CHECK_THROWS_WITH(load("last_epoch", full({}, -1, {.dtype = int64})),
                    Catch::Contains("\"last_epoch\" is -1"));
  CHECK_THROWS_WITH(load("base_lrs", full({2}, -1.0, {.dtype = float64})),
                    Catch::Contains("base_lrs is -1"));
  CHECK(scheduler.last_epoch() == 1);
  CHECK(scheduler.base_lr() == 0.1);
}

TEST_CASE("an option is set by its name", "[optim]") {
  SGD sgd = test::two_groups();
  CHECK(sgd.has_option("momentum"));
  CHECK_FALSE(sgd.has_option("nesterov"));  // no number
  sgd.set_option("momentum", 0.5, 1);
  CHECK(sgd.options(0).momentum == 0.9);
  CHECK(sgd.options(1).momentum == 0.5);
  CHECK_THROWS_WITH(sgd.set_option("beta1", 0.5, 0),
                    "SGD: it has no option \"beta1\" that is a number");
  CHECK_THROWS_WITH(sgd.set_option("momentum", -1, 0), Catch::Contains("momentum is -1"));
  CHECK_THROWS_AS(sgd.set_option("momentum", 0, 2), IndexError);
  CHECK(sgd.options(0).momentum == 0.9);
}
