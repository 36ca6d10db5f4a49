#include "tapegrad/optim/lion.hpp"

#include "optim/by_rule.hpp"
#include "optim/options.hpp"

namespace tapegrad::optim {

void LionOptions::validate() const {
  check_numbers(*this);
  check_betas(name, betas);
}

void LionOptions::visit(OptionVisitor& v) {
  v("lr", lr);
  v("beta1", betas[0]);
  v("beta2", betas[1]);
  v("weight_decay", weight_decay);
  v("maximize", maximize);
}

void Lion::update(std::span<const Change> changes, std::size_t group) {
  const LionOptions& o = options_of(group);
  step_by<0>(changes, [&](const Occasion&) {
    return kernels::LionStep{.pull = {.weight_decay = 0, .maximize = o.maximize},
                             .lr = o.lr,
                             .beta1 = o.betas[0],
                             .beta2 = o.betas[1],
                             .shrink = 1 - o.lr * o.weight_decay};
  });
}

std::span<const std::string_view> Lion::memory_names() const {
  static constexpr std::string_view names[] = {"exp_avg"};
  return names;
}

}  // namespace tapegrad::optim
