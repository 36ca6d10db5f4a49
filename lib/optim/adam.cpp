#include "tapegrad/optim/adam.hpp"

#include <cmath>

#include "core/check.hpp"
#include "kernels/step.hpp"
#include "optim/options.hpp"

namespace tapegrad::optim {
namespace {

using kernels::ref;

template <Decay decay>
kernels::AdamStep step_of(const AdamOptionsOf<decay>& o, std::int64_t steps) {
  const auto t = static_cast<double>(steps);
  constexpr bool coupled = decay == Decay::coupled;
  return {.step_size = o.lr / (1 - std::pow(o.betas[0], t)),
          .beta1 = o.betas[0],
          .beta2 = o.betas[1],
          .eps = o.eps,
          .root_correction = std::sqrt(1 - std::pow(o.betas[1], t)),
          .weight_decay = coupled ? o.weight_decay : 0,
          .shrink = coupled ? 1 : 1 - o.lr * o.weight_decay,
          .maximize = o.maximize};
}

}  // namespace

template <Decay decay>
void AdamOptionsOf<decay>::validate() const {
  check_not_negative(name, "lr", lr);
  check_not_negative(name, "eps", eps);
  check_not_negative(name, "weight_decay", weight_decay);
  for (const double beta : betas) {
    check<Error>(beta >= 0 && beta < 1, "{}: betas are {} and {}; they lie in [0, 1)", name,
                 betas[0], betas[1]);
  }
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
  std::array<kernels::Stepped<kernels::AdamStep, 4>, Base::most_changes> all;
  std::array<kernels::Stepped<kernels::AdamStep, 5>, Base::most_changes> all_with_largest;
  kernels::AdamStep step{};
  std::int64_t steps_before = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    auto& slot = *changes[i].slot;
    // Most parameters have taken as many steps as the one before them: powers cost more than they.
    if (slot.steps != steps_before) step = step_of(o, slot.steps);
    steps_before = slot.steps;
    all[i] = {step,
              {ref(slot.parameter), ref(changes[i].grad), ref(this->memory(slot, 0)),
               ref(this->memory(slot, 1))}};
    if (!o.amsgrad) continue;
    const auto& [x, g, mean, square] = all[i].arrays;
    all_with_largest[i] = {step, {x, g, mean, square, ref(this->memory(slot, 2))}};
  }
  o.amsgrad ? kernels::amsgrad_step(std::span(all_with_largest).first(changes.size()))
            : kernels::adam_step(std::span(all).first(changes.size()));
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
