#include "tapegrad/ops/loss/regression.hpp"

#include "core/check.hpp"
#include "core/speaking.hpp"
#include "ops/loss/pair_loss.hpp"
#include "ops/weighted.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

struct MseLoss : PairLoss<MseLoss> {
  static constexpr std::string_view name = "mse_loss";
  static constexpr bool squares = true;
  using PairLoss::PairLoss;
  auto f(const auto& x, const auto& y) const {
    const auto d = x - y;
    return d * d;
  }
  // In this order: the doubled difference may overflow where its share in a mean doesn't.
  auto pull_x(const auto& g, const auto& x, const auto& y) const { return (2 * g) * (x - y); }
  auto pull_y(const auto& g, const auto& x, const auto& y) const { return (2 * g) * (y - x); }
};

struct L1Loss : PairLoss<L1Loss> {
  static constexpr std::string_view name = "l1_loss";
  using PairLoss::PairLoss;
  auto f(const auto& x, const auto& y) const { return abs(x - y); }
  auto pull_x(const auto& g, const auto& x, const auto& y) const { return by_sign(g, x - y); }
  auto pull_y(const auto& g, const auto& x, const auto& y) const { return by_sign(g, y - x); }
};

/// With the difference d and c, that within the limit: c (d - c / 2), which is linear beyond it.
struct HuberLoss : PairLoss<HuberLoss> {
  static constexpr std::string_view name = "huber_loss";
  double limit;
  HuberLoss(Reduction r, double l) : PairLoss(r), limit(l) {}
  void attributes(AttributeList& list) const {
    PairLoss::attributes(list);
    list("delta", limit);
  }
  auto within(const auto& d) const {
    const auto high = constant(d, limit);
    const auto low = constant(d, -limit);
    return where(d > high, high, where(d < low, low, d));
  }
  auto f(const auto& x, const auto& y) const {
    const auto d = x - y;
    const auto c = within(d);
    return c * (d - constant(d, 0.5) * c);
  }
  auto dx(const auto& x, const auto& y) const { return within(x - y); }
  auto dy(const auto& x, const auto& y) const { return within(y - x); }
};

}  // namespace

namespace nn {

Tensor mse_loss(const Tensor& input, const Tensor& target, const LossOptions& options) {
  check_pair("mse_loss", input, target, options.reduction);
  return apply(MseLoss(options.reduction), input, target);
}

Tensor l1_loss(const Tensor& input, const Tensor& target, const LossOptions& options) {
  check_pair("l1_loss", input, target, options.reduction);
  return apply(L1Loss(options.reduction), input, target);
}

Tensor huber_loss(const Tensor& input, const Tensor& target, const HuberLossOptions& options) {
  check_pair("huber_loss", input, target, options.reduction);
  check<Error>(options.delta > 0, "huber_loss: delta is {}; it must be above 0", options.delta);
  return apply(HuberLoss(options.reduction, options.delta), input, target);
}

Tensor smooth_l1_loss(const Tensor& input, const Tensor& target,
                      const SmoothL1LossOptions& options) {
  check_pair("smooth_l1_loss", input, target, options.reduction);
  check<Error>(options.beta >= 0, "smooth_l1_loss: beta is {}; it must not be negative",
               options.beta);
  return speaking_as("smooth_l1_loss", [&] {
    if (options.beta == 0) return l1_loss(input, target, {.reduction = options.reduction});
    return apply(HuberLoss(options.reduction, options.beta), input, target) / options.beta;
  });
}

}  // namespace nn
}  // namespace tapegrad
