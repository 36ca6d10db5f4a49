#include "tapegrad/ops/loss/regression.hpp"

#include "ops/loss/pair_loss.hpp"

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

}  // namespace nn
}  // namespace tapegrad
