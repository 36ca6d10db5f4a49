#include "tapegrad/optim/plateau.hpp"

#include <array>
#include <limits>
#include <optional>

#include "optim/rates.hpp"
#include "optim/reference/plateaus.hpp"
#include "support/catch.hpp"
#include "tapegrad/state_dict.hpp"

using namespace tapegrad;
using namespace tapegrad::optim;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr std::array metrics{5.0, 4.0, 4.2, 4.0, 3.9999,       3.5, 3.6, 3.6, 3.6, 3.6,
                             3.6, 3.4, 3.5, 3.5, not_a_number, 3.5, 3.2, 3.3, 3.3, 3.3};

void check_plateau(const std::string& name, const PlateauOptions& options) {
  INFO(name);
  SGD sgd = test::two_groups();
  ReduceLROnPlateau scheduler(sgd, options);
  test::check_rates(test::plateaus.at(name), sgd, [&](std::size_t t) {
    if (t < metrics.size()) scheduler.step(metrics[t]);
  });
}

}  // namespace

TEST_CASE("rates fall on a plateau as PyTorch's", "[optim][schedule]") {
  check_plateau("plain", {.patience = 2});
  check_plateau("cooldown", {.factor = 0.5, .patience = 1, .cooldown = 3});
  check_plateau("larger", {.mode = Better::larger, .factor = 0.5, .patience = 0});
  check_plateau("absolute",
                {.factor = 0.7, .patience = 1, .threshold = 0.3, .threshold_mode = Threshold::abs});
  check_plateau("larger, absolute", {.mode = Better::larger,
                                     .factor = 0.7,
                                     .patience = 1,
                                     .threshold = 0.1,
                                     .threshold_mode = Threshold::abs});
  check_plateau("least rates",
                {.factor = 0.5, .patience = 0, .min_lr = {0.03, 0.004}, .eps = 1e-3});
}

TEST_CASE("waiting on a plateau is resumed", "[optim][schedule][state]") {
  const PlateauOptions options{.factor = 0.5, .patience = 1, .cooldown = 3};
  for (std::size_t stop = 0; stop < metrics.size(); ++stop) {
    SGD whole = test::two_groups();
    ReduceLROnPlateau first(whole, options);
    for (std::size_t t = 0; t < stop; ++t) first.step(metrics[t]);
    SGD resumed = test::two_groups();
    ReduceLROnPlateau second(resumed, options);
    second.load_state_dict(first.state_dict());
    resumed.load_state_dict(whole.state_dict());
    for (std::size_t t = stop; t < metrics.size(); ++t) {
      first.step(metrics[t]);
      second.step(metrics[t]);
      CHECK(second.last_lr() == first.last_lr());
    }
    CHECK(second.last_epoch() == 20);
    CHECK(second.best() == first.best());
  }
}

TEST_CASE("a plateau's options and states are refused with their numbers",
          "[optim][schedule][misuse]") {
  SGD sgd = test::two_groups();
  const auto refused = [&](const PlateauOptions& options, const std::string& text) {
    CHECK_THROWS_WITH(ReduceLROnPlateau(sgd, options), text);
  };
  refused({.factor = 1}, "ReduceLROnPlateau: factor is 1; it is below 1");
  refused({.patience = -1}, "ReduceLROnPlateau: patience is -1; it can't be negative");
  refused({.threshold = not_a_number},
          "ReduceLROnPlateau: threshold is nan; it must be a finite number");
  refused({.eps = -1}, "ReduceLROnPlateau: eps is -1; it can't be negative");
  CHECK_THROWS_AS(ReduceLROnPlateau(sgd, {.min_lr = {}}), IndexError);
  ReduceLROnPlateau scheduler(sgd);
  scheduler.step(3);
  CHECK_THROWS_WITH(scheduler.load_state_dict({}), Catch::Contains("no entry \"last_epoch\""));
  StateDict wrong;
  for (const auto& [name, tensor] : scheduler.state_dict()) {
    wrong.insert(name, name == "best" ? zeros({2}) : tensor);
  }
  CHECK_THROWS_AS(scheduler.load_state_dict(wrong), ShapeError);
  CHECK(scheduler.best() == 3);
}

TEST_CASE("a plateau without its optimizer is refused", "[optim][schedule][misuse]") {
  std::optional<SGD> sgd(test::two_groups());
  ReduceLROnPlateau scheduler(*sgd, {.patience = 0});
  SGD moved = std::move(*sgd);
  sgd.reset();
  scheduler.step(1);
  scheduler.step(1);
  CHECK(moved.lr(0) == Approx(0.01).epsilon(1e-15));
  { const SGD end = std::move(moved); }
  CHECK_THROWS_WITH(scheduler.step(1), Catch::Contains("its optimizer has come to its end"));
}
