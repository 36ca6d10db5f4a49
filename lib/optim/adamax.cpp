#include "tapegrad/optim/adamax.hpp"

#include <cmath>

#include "optim/by_rule.hpp"
#include "optim/options.hpp"

namespace tapegrad::optim {

void AdamaxOptions::validate() const {
  check_numbers(*this);
  check_betas(name, betas);
}

void AdamaxOptions::visit(OptionVisitor& v) {
  v("lr", lr);
  v("beta1", betas[0]);
  v("beta2", betas[1]);
  v("eps", eps);
  v("weight_decay", weight_decay);
  v("maximize", maximize);
}

void Adamax::update(std::span<const Change> changes, std::size_t group) {
  const AdamaxOptions& o = options_of(group);
  step_by<0, 1>(changes, [&](const Occasion& now) {
    return kernels::AdamaxStep{
        .pull = {.weight_decay = o.weight_decay, .maximize = o.maximize},
        .step_size = o.lr / (1 - std::pow(o.betas[0], static_cast<double>(now.steps))),
        .beta1 = o.betas[0],
        .beta2 = o.betas[1],
        .eps = o.eps};
  });
}

std::span<const std::string_view> Adamax::memory_names() const {
  static constexpr std::string_view names[] = {"exp_avg", "exp_inf"};
  return names;
}

}  // namespace tapegrad::optim
