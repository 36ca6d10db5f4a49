#include "tapegrad/optim/adam.hpp"

#include <cmath>

#include "optim/by_rule.hpp"
#include "optim/options.hpp"

namespace tapegrad::optim {
template <Decay decay>
void AdamOptionsOf<decay>::validate() const {
  check_numbers(*this);
  check_betas(name, betas);
}

template <Decay decay>
void AdamOptionsOf<decay>::visit(OptionVisitor& v) {
  v("lr", lr);
  v("beta1", betas[0]);
  v("beta2", betas[1]);
  v("eps", eps);
  v("weight_decay", weight_decay);
  v("amsgrad", amsgrad);
  v("maximize", maximize);
}

template <Decay decay>
void AdamOf<decay>::update(std::span<const Change> changes, std::size_t group) {
  const Options& o = this->options_of(group);
  const auto numbers = [&](const auto& now) {
    const auto t = static_cast<double>(now.steps);
    constexpr bool coupled = decay == Decay::coupled;
    const double correction = std::sqrt(1 - std::pow(o.betas[1], t));
    return kernels::AdamStep{
        .pull = {.weight_decay = coupled ? o.weight_decay : 0, .maximize = o.maximize},
        .step_size = correction * o.lr / (1 - std::pow(o.betas[0], t)),
        .eps = correction * o.eps,
        .beta1 = o.betas[0],
        .beta2 = o.betas[1],
        .shrink = coupled ? 1 : 1 - o.lr * o.weight_decay};
  };
  if (!o.amsgrad) return Base::template step_by<0, 1>(changes, numbers);
  Base::template step_by<0, 1, 2>(
      changes, [&](const auto& now) { return kernels::AmsgradStep{numbers(now)}; });
}

template <Decay decay>
std::span<const std::string_view> AdamOf<decay>::memory_names() const {
  static constexpr std::string_view names[] = {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"};
  return names;
}

template struct AdamOptionsOf<Decay::coupled>;
template struct AdamOptionsOf<Decay::decoupled>;
template class AdamOf<Decay::coupled>;
template class AdamOf<Decay::decoupled>;

}  // namespace tapegrad::optim
