#include "tapegrad/optim/lr_finder.hpp"

#include <cmath>
#include <stdexcept>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/sgd.hpp"

using namespace tapegrad;
using optim::find_lr;
using optim::FoundLr;
using optim::SGD;

namespace {

struct Bowl : nn::Module {
  nn::Parameter x{full({3}, 1.0, {.dtype = float64})};
  void visit(nn::Visitor& v) override { v("x", x); }
  /// With curvature 2: steps above a rate of 1 diverge.
  double step(SGD& sgd) {
    sgd.zero_grad();
    const Tensor loss = square(x).sum();
    loss.backward();
    sgd.step();
    return loss.item<double>();
  }
};

}  // namespace

TEST_CASE("rates grow by one factor until training diverges", "[optim][lr_finder]") {
  Bowl bowl;
  SGD sgd(bowl.parameters(), {.lr = 0.3, .momentum = 0.0});
  const FoundLr found =
      find_lr(bowl, sgd, [&] { return bowl.step(sgd); }, {.first = 1e-4, .last = 100});
  REQUIRE(found.lrs.size() == found.losses.size());
  CHECK(found.lrs[0] == 1e-4);
  CHECK(found.losses[0] == 3);
  CHECK(found.lrs.size() < 100);
  for (std::size_t i = 1; i < found.lrs.size(); ++i) {
    CHECK(found.lrs[i] / found.lrs[i - 1] == Approx(std::pow(1e6, 1 / 99.0)).epsilon(1e-12));
  }
  REQUIRE(found.suggestion.has_value());
  CHECK(*found.suggestion > 1e-3);
  CHECK(*found.suggestion < 1);
}

TEST_CASE("the suggestion is where the loss falls most steeply", "[optim][lr_finder]") {
  Bowl bowl;
  SGD sgd(bowl.parameters(), 0.3);
  const std::vector<double> losses{5, 5, 4.9, 4, 2, 1.9, 1.9, 7};
  std::size_t i = 0;
  const auto step = [&] { return losses[i++]; };
  const FoundLr found =
      find_lr(bowl, sgd, step, {.first = 1, .last = 1e7, .steps = 8, .smoothing = 0});
  CHECK(found.losses == losses);
  CHECK(found.suggestion.value() == Approx(1e3).epsilon(1e-12));  // 4.9 to 2 around it
  const FoundLr rising = find_lr(bowl, sgd, [&] { return static_cast<double>(i++); });
  CHECK_FALSE(rising.suggestion.has_value());
}

TEST_CASE("model and optimizer are as before, also after an error", "[optim][lr_finder]") {
  Bowl bowl;
  SGD sgd(bowl.parameters(), {.lr = 0.01, .momentum = 0.9});
  bowl.step(sgd);
  const auto values = [&] {
    std::vector<double> all = bowl.x.to_vector<double>();
    for (const double v : sgd.state_dict()["state.0.momentum_buffer"].to_vector<double>()) {
      all.push_back(v);
    }
    all.push_back(sgd.state_dict()["state.0.steps"].item<double>());
    all.push_back(sgd.lr());
    return all;
  };
  const std::vector<double> before = values();
  find_lr(bowl, sgd, [&] { return bowl.step(sgd); });
  CHECK(values() == before);
  CHECK_FALSE(bowl.x.grad().defined());
  int calls = 0;
  const auto failing = [&] {
    if (++calls == 3) throw std::runtime_error("no");
    return bowl.step(sgd);
  };
  CHECK_THROWS_AS(find_lr(bowl, sgd, failing), std::runtime_error);
  CHECK(values() == before);
  Bowl fresh;
  SGD other(fresh.parameters(), {.lr = 0.01, .momentum = 0.9});
  find_lr(fresh, other, [&] { return fresh.step(other); });
  CHECK_FALSE(other.state_dict().contains("state.0.momentum_buffer"));
}

TEST_CASE("groups keep the ratio of their rates", "[optim][lr_finder]") {
  Bowl a, b;
  SGD sgd({{a.parameters(), {.lr = 0.1}}, {b.parameters(), {.lr = 0.02}}});
  find_lr(a, sgd, [&] {
    CHECK(sgd.lr(1) == Approx(sgd.lr(0) / 5).epsilon(1e-14));
    return 1.0;
  });
  CHECK(sgd.lr(1) == 0.02);
}

TEST_CASE("a search out of range is refused with its numbers", "[optim][lr_finder][misuse]") {
  Bowl bowl;
  SGD sgd(bowl.parameters(), 0.1);
  const auto refused = [&](const optim::FindLrOptions& options, const std::string& text) {
    CHECK_THROWS_WITH(find_lr(
                          bowl, sgd, [] { return 1.0; }, options),
                      text);
  };
  refused({.first = 0}, "find_lr: first and last are 0 and 10; finite, above 0 and in this order");
  refused({.first = 2, .last = 1},
          "find_lr: first and last are 2 and 1; finite, above 0 and in this order");
  refused({.steps = 1}, "find_lr: steps is 1; it is at least 2");
  refused({.smoothing = 1}, "find_lr: smoothing is 1; it lies in [0, 1)");
  refused({.diverged = 1}, "find_lr: diverged is 1; it is above 1");
  CHECK_THROWS_WITH(find_lr(bowl, sgd, {}),
                    "find_lr: the function that makes one of 100 steps is empty");
}
