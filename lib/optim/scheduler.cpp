#include "tapegrad/optim/scheduler.hpp"

#include <cmath>

#include "core/check.hpp"
#include "optim/numbers.hpp"
#include "optim/options.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad::optim {

double PerGroup::operator[](std::size_t group) const {
  if (values_.size() == 1) return values_[0];
  check<IndexError>(group < values_.size(),
                    "Scheduler: {} numbers for groups, and none for group {}; give one for all or "
                    "one for each",
                    values_.size(), group);
  return values_[group];
}

Scheduler::Scheduler(Optimizer& optimizer, Curve curve)
    : optimizer_(optimizer.whereabouts()), curve_(std::move(curve)) {
  set(0);
}

Optimizer& Scheduler::optimizer() const {
  check<Error>(*optimizer_ != nullptr,
               "Scheduler: at step {}: its optimizer has come to its end; it lives as long as the "
               "scheduler",
               last_epoch_);
  return **optimizer_;
}

void Scheduler::follow_groups() {
  for (std::size_t group = base_lrs_.size(); group < optimizer().group_count(); ++group) {
    base_lrs_.push_back(optimizer().lr(group));
  }
}

void Scheduler::set(std::int64_t step) {
  Optimizer& rule = optimizer();
  follow_groups();
  std::vector<Rate> rates;
  for (std::size_t group = 0; group < rule.group_count(); ++group) {
    rates.push_back(curve_.at(base_lrs_[group], step, group));
    check_not_negative("Scheduler", fmt::format("lr of group {} at step {}", group, step),
                       rates[group].lr);
    if (!rates[group].momentum) continue;
    const double momentum = *rates[group].momentum;
    check<Error>(momentum >= 0 && momentum < 1,
                 "Scheduler: momentum of group {} at step {} is {}; it lies in [0, 1)", group, step,
                 momentum);
    check<Error>(rule.has_option("momentum") || rule.has_option("beta1"),
                 "Scheduler: the curve has a momentum, {} has neither momentum nor betas; set "
                 "cycle_momentum to false",
                 rule.name());
  }
  const std::string_view option = rule.has_option("momentum") ? "momentum" : "beta1";
  for (std::size_t group = 0; group < rates.size(); ++group) {
    rule.set_lr(rates[group].lr, group);
    if (rates[group].momentum) rule.set_option(option, *rates[group].momentum, group);
  }
  last_epoch_ = step;
}

void Scheduler::step() { set(last_epoch_ + 1); }

std::vector<double> Scheduler::last_lr() const {
  std::vector<double> rates;
  for (std::size_t group = 0; group < base_lrs_.size(); ++group) {
    rates.push_back(curve_.at(base_lrs_[group], last_epoch_, group).lr);
  }
  return rates;
}

double Scheduler::base_lr(std::size_t group) const {
  check<IndexError>(group < base_lrs_.size(), "Scheduler: no group {} among the {}", group,
                    base_lrs_.size());
  return base_lrs_[group];
}

void Scheduler::set_base_lr(double lr, std::size_t group) {
  static_cast<void>(base_lr(group));
  check_not_negative("Scheduler", "base_lr", lr);
  base_lrs_[group] = lr;
}

StateDict Scheduler::state_dict() const {
  StateDict state;
  state.insert("last_epoch", full({}, last_epoch_, {.dtype = int64}));
  state.insert("base_lrs", Tensor::from_vector(std::vector(base_lrs_)));
  return state;
}

void Scheduler::load_state_dict(const StateDict& state) {
  const auto groups = static_cast<std::int64_t>(optimizer().group_count());
  const Numbers numbers("Scheduler", state, {"last_epoch", "base_lrs"});
  const std::int64_t epoch = numbers.count("last_epoch");
  const std::vector<double> bases = numbers.of("base_lrs", {groups}).to_vector<double>();
  for (const double lr : bases) check_not_negative("Scheduler", "base_lrs", lr);
  last_epoch_ = epoch;
  base_lrs_ = bases;
}

}  // namespace tapegrad::optim
