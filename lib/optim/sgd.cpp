#include "tapegrad/optim/sgd.hpp"

#include "core/check.hpp"
#include "kernels/step.hpp"
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

void SGD::update(Slot& slot, const Tensor& grad, std::size_t group) {
  const SGDOptions& o = options_of(group);
  kernels::SgdStep step{.lr = o.lr,
                        .weight_decay = o.weight_decay,
                        .momentum = o.momentum,
                        .take = 1,
                        .nesterov = o.nesterov,
                        .maximize = o.maximize};
  const kernels::Ref x = kernels::ref(slot.parameter);
  if (o.momentum == 0) {
    kernels::sgd_step(step, x, kernels::ref(grad));
    return;
  }
  if (slot.memories[0].defined()) step.take = 1 - o.dampening;
  kernels::sgd_momentum_step(step, x, kernels::ref(grad), kernels::ref(memory(slot, 0)));
}

std::span<const std::string_view> SGD::memory_names() const {
  static constexpr std::string_view names[] = {"momentum_buffer"};
  return names;
}

}  // namespace tapegrad::optim
