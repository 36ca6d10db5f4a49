#include "tapegrad/optim/adagrad.hpp"

#include "optim/by_rule.hpp"
#include "optim/options.hpp"

namespace tapegrad::optim {

void AdagradOptions::validate() const { check_numbers(*this); }

void AdagradOptions::visit(OptionVisitor& v) {
  v("lr", lr);
  v("lr_decay", lr_decay);
  v("weight_decay", weight_decay);
  v("initial_accumulator_value", initial_accumulator_value);
  v("eps", eps);
  v("maximize", maximize);
}

namespace {

auto numbers_by(const AdagradOptions& o) {
  return [&o](const auto& now) {
    return kernels::AdagradStep{
        .pull = {.weight_decay = o.weight_decay, .maximize = o.maximize},
        .step_size = o.lr / (1 + static_cast<double>(now.steps - 1) * o.lr_decay),
        .eps = o.eps};
  };
}

}  // namespace

void Adagrad::update(std::span<const Change> changes, std::size_t group) {
  const AdagradOptions& o = options_of(group);
  step_by<0>(changes, numbers_by(o), {o.initial_accumulator_value});
}

std::string Adagrad::refuses_rows(std::size_t group) const {
  return refused_decay(options_of(group).weight_decay);
}

void Adagrad::update_rows(Slot& slot, const SparseGrad& grad, std::size_t group) {
  const AdagradOptions& o = options_of(group);
  step_rows_by<0>(slot, grad, numbers_by(o), {o.initial_accumulator_value});
}

std::span<const std::string_view> Adagrad::memory_names() const {
  static constexpr std::string_view names[] = {"sum"};
  return names;
}

}  // namespace tapegrad::optim
