#include "tapegrad/optim/rprop.hpp"

#include "core/check.hpp"
#include "optim/by_rule.hpp"
#include "optim/options.hpp"

namespace tapegrad::optim {

void RpropOptions::validate() const {
  check_numbers(*this);
  check<Error>(etas[0] > 0 && etas[0] < 1 && etas[1] > 1,
               "Rprop: etas are {} and {}; the first lies between 0 and 1, the other above 1",
               etas[0], etas[1]);
  check<Error>(step_sizes[0] <= step_sizes[1],
               "Rprop: step_sizes are {} and {}; the smallest comes first", step_sizes[0],
               step_sizes[1]);
}

void RpropOptions::visit(OptionVisitor& v) {
  v("lr", lr);
  v("eta_minus", etas[0]);
  v("eta_plus", etas[1]);
  v("step_size_min", step_sizes[0]);
  v("step_size_max", step_sizes[1]);
  v("maximize", maximize);
}

void Rprop::update(std::span<const Change> changes, std::size_t group) {
  const RpropOptions& o = options_of(group);
  const auto numbers = [&](const Occasion&) {
    return kernels::RpropStep{.pull = {.weight_decay = 0, .maximize = o.maximize},
                              .eta_minus = o.etas[0],
                              .eta_plus = o.etas[1],
                              .smallest = o.step_sizes[0],
                              .largest = o.step_sizes[1]};
  };
  step_by<0, 1>(changes, numbers, {0, o.lr});
}

std::span<const std::string_view> Rprop::memory_names() const {
  static constexpr std::string_view names[] = {"prev", "step_size"};
  return names;
}

}  // namespace tapegrad::optim
