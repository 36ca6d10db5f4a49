#include "tapegrad/optim/curves.hpp"

#include <cmath>

#include "optim/rates.hpp"
#include "optim/reference/curves.hpp"
#include "support/catch.hpp"

using namespace tapegrad;
using namespace tapegrad::optim;

namespace {

void check_curve(const std::string& name, const Curve& curve) {
  test::check_curve(test::curves, name, curve);
}

double at(const Curve& curve, std::int64_t t) { return curve.at(1, t, 0).lr; }

}  // namespace

TEST_CASE("curves of factors are PyTorch's", "[optim][schedule]") {
  check_curve("StepLR", StepLR{.step_size = 6});
  check_curve("StepLR, gamma", StepLR{.step_size = 3, .gamma = 0.7});
  check_curve("MultiStepLR", MultiStepLR{.milestones = {15, 4, 12, 12}, .gamma = 0.5});
  check_curve("ConstantLR", ConstantLR{});
  check_curve("ConstantLR, longer", ConstantLR{.factor = 0.2, .total_iters = 11});
  check_curve("LinearLR", LinearLR{});
  check_curve("LinearLR, down",
              LinearLR{.start_factor = 0.9, .end_factor = 0.05, .total_iters = 13});
  check_curve("ExponentialLR", ExponentialLR{.gamma = 0.8});
  check_curve("PolynomialLR", PolynomialLR{});
  check_curve("PolynomialLR, power", PolynomialLR{.total_iters = 17, .power = 2.3});
}

TEST_CASE("cosines are PyTorch's", "[optim][schedule]") {
  check_curve("CosineAnnealingLR", CosineAnnealingLR{.T_max = 7});
  check_curve("CosineAnnealingLR, least", CosineAnnealingLR{.T_max = 25, .eta_min = 0.005});
  check_curve("CosineAnnealingWarmRestarts",
              CosineAnnealingWarmRestarts{.T_0 = 6, .eta_min = 0.002});
  check_curve("CosineAnnealingWarmRestarts, longer",
              CosineAnnealingWarmRestarts{.T_0 = 3, .T_mult = 2});
}

TEST_CASE("functions of the user's are a curve", "[optim][schedule]") {
  check_curve("LambdaLR",
              LambdaLR({[](std::int64_t t) { return std::pow(0.9, static_cast<double>(t)); },
                        [](std::int64_t t) { return 1 / (1 + static_cast<double>(t)); }}));
  const LambdaLR half([](std::int64_t) { return 0.5; });
  CHECK(half.at(0.4, 3, 7).lr == 0.2);
}

TEST_CASE("curves are chained and follow each other as PyTorch's", "[optim][schedule]") {
  check_curve(
      "ChainedScheduler",
      ChainedScheduler{{LinearLR{.start_factor = 0.25, .total_iters = 6},
                        ExponentialLR{.gamma = 0.95}, StepLR{.step_size = 8, .gamma = 0.5}}});
  check_curve("ChainedScheduler, cosine",
              ChainedScheduler{
                  {ConstantLR{.factor = 0.5, .total_iters = 4}, CosineAnnealingLR{.T_max = 30}}});
  check_curve("SequentialLR",
              SequentialLR{.schedulers = {LinearLR{.start_factor = 0.2, .total_iters = 4},
                                          ConstantLR{.factor = 0.5, .total_iters = 3},
                                          CosineAnnealingLR{.T_max = 8, .eta_min = 0.001}},
                           .milestones = {5, 11}});
}

TEST_CASE("a curve is right after any number of steps", "[optim][schedule]") {
  constexpr std::int64_t late = std::int64_t(1) << 40;
  CHECK(at(StepLR{.step_size = late, .gamma = 0.5}, 3 * late + 1) == 0.125);
  CHECK(at(LinearLR{}, late) == 1);
  CHECK(at(PolynomialLR{}, late) == 0);
  CHECK(at(CosineAnnealingLR{.T_max = 3}, 6 * late + 3) == Approx(0).margin(1e-16));
  CHECK(at(CosineAnnealingLR{.T_max = 3}, 6 * late) == 1);
  CHECK(at(CosineAnnealingWarmRestarts{.T_0 = 1, .T_mult = 2}, late - 1) == 1);
  CHECK(at(CosineAnnealingWarmRestarts{.T_0 = 5}, 5 * late) == 1);
}

TEST_CASE("curves out of range are refused with their numbers", "[optim][schedule][misuse]") {
  const auto refused = [](const auto& curve, const std::string& text) {
    CHECK_THROWS_WITH(Curve(curve), text);
  };
  refused(StepLR{}, "StepLR: step_size is 0; it is at least 1");
  refused(StepLR{.step_size = 1, .gamma = -1}, "StepLR: gamma is -1; it can't be negative");
  refused(MultiStepLR{.gamma = NAN}, "MultiStepLR: gamma is nan; it must be a finite number");
  refused(ConstantLR{.factor = 1.5}, "ConstantLR: factor is 1.5; it lies in [0, 1]");
  refused(LinearLR{.start_factor = 0}, "LinearLR: start_factor is 0; it is above 0");
  refused(LinearLR{.end_factor = 2}, "LinearLR: end_factor is 2; it lies in [0, 1]");
  refused(LinearLR{.total_iters = 0}, "LinearLR: total_iters is 0; it is at least 1");
  refused(ExponentialLR{.gamma = -0.5}, "ExponentialLR: gamma is -0.5; it can't be negative");
  refused(ExponentialLR{}, "ExponentialLR: gamma is nan; it must be a finite number");
  refused(PolynomialLR{.total_iters = 0}, "PolynomialLR: total_iters is 0; it is at least 1");
  refused(CosineAnnealingLR{}, "CosineAnnealingLR: T_max is 0; it is at least 1");
  refused(CosineAnnealingWarmRestarts{.T_0 = 1, .T_mult = 0},
          "CosineAnnealingWarmRestarts: T_mult is 0; it is at least 1");
  refused(LambdaLR(std::vector<LambdaLR::Function>{}),
          "LambdaLR: 0 functions; it needs one, or one for each group");
  refused(LambdaLR(LambdaLR::Function()), "LambdaLR: function 0 of 1 is empty");
  refused(ChainedScheduler{}, "ChainedScheduler: 0 curves; it needs one or more");
  refused(SequentialLR{.schedulers = {ConstantLR{}}, .milestones = {1}},
          "SequentialLR: 1 curves and 1 milestones; there is one milestone less");
  refused(
      SequentialLR{.schedulers = {ConstantLR{}, ConstantLR{}, ConstantLR{}}, .milestones = {5, 5}},
      "SequentialLR: milestone 1 is 5 and follows 5; they increase");
}
