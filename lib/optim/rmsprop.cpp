#include "tapegrad/optim/rmsprop.hpp"

#include "optim/by_rule.hpp"
#include "optim/options.hpp"

namespace tapegrad::optim {

void RMSpropOptions::validate() const { check_numbers(*this); }

void RMSpropOptions::visit(OptionVisitor& v) {
  v("lr", lr);
  v("alpha", alpha);
  v("eps", eps);
  v("weight_decay", weight_decay);
  v("momentum", momentum);
  v("centered", centered);
  v("maximize", maximize);
}

void RMSprop::update(std::span<const Change> changes, std::size_t group) {
  const RMSpropOptions& o = options_of(group);
  const auto numbers = [&]<class Step>(std::type_identity<Step>) {
    return [&](const Occasion&) {
      return Step{.pull = {.weight_decay = o.weight_decay, .maximize = o.maximize},
                  .lr = o.lr,
                  .alpha = o.alpha,
                  .eps = o.eps,
                  .momentum = o.momentum};
    };
  };
  using kernels::RMSpropStep;
  using std::type_identity;
  if (o.momentum > 0 && o.centered) {
    step_by<0, 1, 2>(changes, numbers(type_identity<RMSpropStep<true, true>>()));
  } else if (o.momentum > 0) {
    step_by<0, 1>(changes, numbers(type_identity<RMSpropStep<true, false>>()));
  } else if (o.centered) {
    step_by<0, 2>(changes, numbers(type_identity<RMSpropStep<false, true>>()));
  } else {
    step_by<0>(changes, numbers(type_identity<RMSpropStep<false, false>>()));
  }
}

std::span<const std::string_view> RMSprop::memory_names() const {
  static constexpr std::string_view names[] = {"square_avg", "momentum_buffer", "grad_avg"};
  return names;
}

}  // namespace tapegrad::optim
