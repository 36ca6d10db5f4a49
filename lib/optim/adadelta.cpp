#include "tapegrad/optim/adadelta.hpp"

#include "core/check.hpp"
#include "optim/by_rule.hpp"
#include "optim/options.hpp"

namespace tapegrad::optim {

void AdadeltaOptions::validate() const {
  check_numbers(*this);
  check<Error>(rho <= 1, "Adadelta: rho is {}; it is at most 1", rho);
}

void AdadeltaOptions::visit(OptionVisitor& v) {
  v("lr", lr);
  v("rho", rho);
  v("eps", eps);
  v("weight_decay", weight_decay);
  v("maximize", maximize);
}

void Adadelta::update(std::span<const Change> changes, std::size_t group) {
  const AdadeltaOptions& o = options_of(group);
  step_by<0, 1>(changes, [&](const Occasion&) {
    return kernels::AdadeltaStep{.pull = {.weight_decay = o.weight_decay, .maximize = o.maximize},
                                 .lr = o.lr,
                                 .rho = o.rho,
                                 .eps = o.eps};
  });
}

std::span<const std::string_view> Adadelta::memory_names() const {
  static constexpr std::string_view names[] = {"square_avg", "acc_delta"};
  return names;
}

}  // namespace tapegrad::optim
