#include "tapegrad/optim/nadam.hpp"

#include <cmath>

#include "optim/by_rule.hpp"
#include "optim/options.hpp"

namespace tapegrad::optim {

void NAdamOptions::validate() const {
  check_numbers(*this);
  check_betas(name, betas);
}

void NAdamOptions::visit(OptionVisitor& v) {
  v("lr", lr);
  v("beta1", betas[0]);
  v("beta2", betas[1]);
  v("eps", eps);
  v("weight_decay", weight_decay);
  v("momentum_decay", momentum_decay);
  v("decoupled_weight_decay", decoupled_weight_decay);
  v("maximize", maximize);
}

void NAdam::update(std::span<const Change> changes, std::size_t group) {
  const NAdamOptions& o = options_of(group);
  const auto momentum = [&](std::int64_t steps) {
    const double faded = std::pow(0.96, static_cast<double>(steps) * o.momentum_decay);
    return o.betas[0] * (1 - 0.5 * faded);
  };
  for (const Change& change : changes) change.slot->product *= momentum(change.slot->steps);
  step_by<0, 1>(changes, [&](const Occasion& now) {
    const double next = momentum(now.steps + 1);
    const bool decoupled = o.decoupled_weight_decay;
    const double correction = std::sqrt(1 - std::pow(o.betas[1], static_cast<double>(now.steps)));
    return kernels::NAdamStep{
        .pull = {.weight_decay = decoupled ? 0 : o.weight_decay, .maximize = o.maximize},
        .of_gradient = correction * o.lr * (1 - momentum(now.steps)) / (1 - now.product),
        .of_mean = correction * o.lr * next / (1 - now.product * next),
        .eps = correction * o.eps,
        .beta1 = o.betas[0],
        .beta2 = o.betas[1],
        .shrink = decoupled ? 1 - o.lr * o.weight_decay : 1};
  });
}

std::span<const std::string_view> NAdam::memory_names() const {
  static constexpr std::string_view names[] = {"exp_avg", "exp_avg_sq"};
  return names;
}

}  // namespace tapegrad::optim
