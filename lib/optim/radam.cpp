#include "tapegrad/optim/radam.hpp"

#include <cmath>

#include "optim/by_rule.hpp"
#include "optim/options.hpp"

namespace tapegrad::optim {

void RAdamOptions::validate() const {
  check_numbers(*this);
  check_betas(name, betas);
}

void RAdamOptions::visit(OptionVisitor& v) {
  v("lr", lr);
  v("beta1", betas[0]);
  v("beta2", betas[1]);
  v("eps", eps);
  v("weight_decay", weight_decay);
  v("decoupled_weight_decay", decoupled_weight_decay);
  v("maximize", maximize);
}

void RAdam::update(std::span<const Change> changes, std::size_t group) {
  const RAdamOptions& o = options_of(group);
  step_by<0, 1>(changes, [&](const Occasion& now) {
    const auto t = static_cast<double>(now.steps);
    const double power2 = std::pow(o.betas[1], t);
    const double most = 2 / (1 - o.betas[1]) - 1;
    const double length = most - 2 * t * power2 / (1 - power2);
    const bool adaptive = length > 5;
    const double rectified =
        std::sqrt((length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length));
    const bool decoupled = o.decoupled_weight_decay;
    return kernels::RAdamStep{
        .pull = {.weight_decay = decoupled ? 0 : o.weight_decay, .maximize = o.maximize},
        .step_size = o.lr / (1 - std::pow(o.betas[0], t)) *
                     (adaptive ? std::sqrt(1 - power2) * rectified : 1),
        .beta1 = o.betas[0],
        .beta2 = o.betas[1],
        .eps = o.eps,
        .shrink = decoupled ? 1 - o.lr * o.weight_decay : 1,
        .adaptive = adaptive};
  });
}

std::span<const std::string_view> RAdam::memory_names() const {
  static constexpr std::string_view names[] = {"exp_avg", "exp_avg_sq"};
  return names;
}

}  // namespace tapegrad::optim
