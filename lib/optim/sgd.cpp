#include "tapegrad/optim/sgd.hpp"

#include "core/check.hpp"
#include "kernels/step.hpp"
#include "optim/options.hpp"

namespace tapegrad::optim {

using kernels::ref;

void SGDOptions::validate() const {
  check_not_negative(name, "lr", lr);
  check_not_negative(name, "momentum", momentum);
  check_not_negative(name, "weight_decay", weight_decay);
  check_finite(name, "dampening", dampening);
  check<Error>(
      !nesterov || (momentum > 0 && dampening == 0),
      "SGD: nesterov needs a positive momentum and no dampening: momentum is {}, dampening "
      "is {}",
      momentum, dampening);
}

void SGDOptions::visit(OptionVisitor& v) {
  v("lr", lr);
  v("momentum", momentum);
  v("dampening", dampening);
  v("weight_decay", weight_decay);
  v("nesterov", nesterov);
  v("maximize", maximize);
}

void SGD::update(std::span<const Change> changes, std::size_t group) {
  const SGDOptions& o = options_of(group);
  const kernels::SgdStep step{.lr = o.lr,
                              .weight_decay = o.weight_decay,
                              .momentum = o.momentum,
                              .take = 1 - o.dampening,
                              .nesterov = o.nesterov,
                              .maximize = o.maximize};
  const std::size_t n = changes.size();
  if (o.momentum == 0) {
    std::array<kernels::Stepped<kernels::SgdStep, 2>, most_changes> all;
    for (std::size_t i = 0; i < n; ++i) {
      all[i] = {step, {ref(changes[i].slot->parameter), ref(changes[i].grad)}};
    }
    return kernels::sgd_step(std::span(all).first(n));
  }
  std::array<kernels::Stepped<kernels::SgdStep, 3>, most_changes> all;
  for (std::size_t i = 0; i < n; ++i) {
    Slot& slot = *changes[i].slot;
    const bool first = !slot.memories[0].defined();
    all[i] = {step, {ref(slot.parameter), ref(changes[i].grad), ref(memory(slot, 0))}};
    if (first) all[i].step.take = 1;
  }
  kernels::sgd_momentum_step(std::span(all).first(n));
}

std::span<const std::string_view> SGD::memory_names() const {
  static constexpr std::string_view names[] = {"momentum_buffer"};
  return names;
}

}  // namespace tapegrad::optim
