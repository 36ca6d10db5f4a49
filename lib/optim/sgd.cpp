#include "tapegrad/optim/sgd.hpp"

#include "core/check.hpp"
#include "optim/by_rule.hpp"
#include "optim/options.hpp"

namespace tapegrad::optim {

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
  const kernels::Pull pull{.weight_decay = o.weight_decay, .maximize = o.maximize};
  if (o.momentum == 0) {
    return step_by<>(changes,
                     [&](const Occasion&) { return kernels::SgdStep{.pull = pull, .lr = o.lr}; });
  }
  step_by<0>(changes, [&](const Occasion& now) {
    return kernels::MomentumStep{.pull = pull,
                                 .lr = o.lr,
                                 .momentum = o.momentum,
                                 .take = now.first ? 1 : 1 - o.dampening,
                                 .nesterov = o.nesterov};
  });
}

std::string SGD::refuses_rows(std::size_t group) const {
  return refused_decay(options_of(group).weight_decay);
}

void SGD::update_rows(Slot& slot, const SparseGrad& grad, std::size_t group) {
  const SGDOptions& o = options_of(group);
  if (o.momentum != 0) {
    const Change dense{&slot, grad.to_dense()};
    return update({&dense, 1}, group);
  }
  step_rows_by<>(slot, grad, [&](const Occasion&) {
    return kernels::SgdStep{.pull = {.weight_decay = 0, .maximize = o.maximize}, .lr = o.lr};
  });
}

std::span<const std::string_view> SGD::memory_names() const {
  static constexpr std::string_view names[] = {"momentum_buffer"};
  return names;
}

}  // namespace tapegrad::optim
