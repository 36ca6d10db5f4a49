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

namespace {

/// One text for both sides: beyond the limit, c (d - c / 2) is linear in d.
Tensor huber(const Tensor& input, const Tensor& target, double limit) {
  const Tensor d = input - target;
  const Tensor c = clamp(d, -limit, limit);
  return c * (d - c / 2);
}

}  // namespace

Tensor huber_loss(const Tensor& input, const Tensor& target, const HuberLossOptions& options) {
  check_pair("huber_loss", input, target, options.reduction);
  check<Error>(options.delta > 0, "huber_loss: delta is {}; it must be above 0", options.delta);
  return speaking_as("huber_loss", [&] {
    return reduced(huber(input, target, options.delta), options.reduction);
  });
}

Tensor smooth_l1_loss(const Tensor& input, const Tensor& target,
                      const SmoothL1LossOptions& options) {
  check_pair("smooth_l1_loss", input, target, options.reduction);
  check<Error>(options.beta >= 0, "smooth_l1_loss: beta is {}; it must not be negative",
               options.beta);
  return speaking_as("smooth_l1_loss", [&] {
    if (options.beta == 0) return l1_loss(input, target, {.reduction = options.reduction});
    return reduced(huber(input, target, options.beta) / options.beta, options.reduction);
  });
}

}  // namespace nn
}  // namespace tapegrad
