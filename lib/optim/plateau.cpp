#include "tapegrad/optim/plateau.hpp"

#include <algorithm>
#include <limits>

#include "core/check.hpp"
#include "optim/numbers.hpp"
#include "optim/options.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/program.hpp"

namespace tapegrad::optim {
namespace {

constexpr std::string_view name = "ReduceLROnPlateau";

Optimizer& found(const std::shared_ptr<Optimizer*>& optimizer, std::int64_t epoch) {
  check<Error>(*optimizer != nullptr,
               "ReduceLROnPlateau: at step {}: its optimizer has come to its end; it lives as long "
               "as the scheduler",
               epoch);
  return **optimizer;
}

}  // namespace

void PlateauOptions::validate() const {
  check_not_negative(name, "factor", factor);
  check<Error>(factor < 1, "ReduceLROnPlateau: factor is {}; it is below 1", factor);
  check_not_negative(name, "patience", static_cast<double>(patience));
  check_finite(name, "threshold", threshold);
  check_not_negative(name, "cooldown", static_cast<double>(cooldown));
  for (const double lr : min_lr.values()) check_not_negative(name, "min_lr", lr);
  check_not_negative(name, "eps", eps);
}

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, const PlateauOptions& options)
    : optimizer_(optimizer.whereabouts()), options_(options) {
  options.validate();
  for (std::size_t group = 0; group < optimizer.group_count(); ++group) {
    static_cast<void>(options.min_lr[group]);  // throws where there is none
  }
  constexpr double worst = std::numeric_limits<double>::infinity();
  best_ = options.mode == Better::smaller ? worst : -worst;
}

bool ReduceLROnPlateau::is_better(double metric) const {
  const double sign = options_.mode == Better::smaller ? -1 : 1;
  const double wanted = options_.threshold_mode == Threshold::rel
                            ? best_ * (1 + sign * options_.threshold)
                            : best_ + sign * options_.threshold;
  return options_.mode == Better::smaller ? metric < wanted : metric > wanted;
}

void ReduceLROnPlateau::reduce() {
  Optimizer& rule = found(optimizer_, last_epoch_);
  for (std::size_t group = 0; group < rule.group_count(); ++group) {
    const double lr = rule.lr(group);
    const double smaller = std::max(lr * options_.factor, options_.min_lr[group]);
    if (lr - smaller > options_.eps) rule.set_lr(smaller, group);
  }
}

void ReduceLROnPlateau::step(double metric) {
  check<Error>(!capturing(),
               "ReduceLROnPlateau: step({}) in a captured function would be done once, and not in "
               "each run; do it between the runs",
               metric);
  static_cast<void>(found(optimizer_, last_epoch_));
  ++last_epoch_;
  if (is_better(metric)) {
    best_ = metric;
    num_bad_epochs_ = 0;
  } else {
    ++num_bad_epochs_;
  }
  if (cooldown_counter_ > 0) {
    --cooldown_counter_;
    num_bad_epochs_ = 0;
  }
  if (num_bad_epochs_ <= options_.patience) return;
  reduce();
  cooldown_counter_ = options_.cooldown;
  num_bad_epochs_ = 0;
}

std::vector<double> ReduceLROnPlateau::last_lr() const {
  const Optimizer& rule = found(optimizer_, last_epoch_);
  std::vector<double> rates;
  for (std::size_t group = 0; group < rule.group_count(); ++group) rates.push_back(rule.lr(group));
  return rates;
}

StateDict ReduceLROnPlateau::state_dict() const {
  StateDict state;
  state.insert("last_epoch", full({}, last_epoch_, {.dtype = int64}));
  state.insert("best", full({}, best_, {.dtype = float64}));
  state.insert("num_bad_epochs", full({}, num_bad_epochs_, {.dtype = int64}));
  state.insert("cooldown_counter", full({}, cooldown_counter_, {.dtype = int64}));
  return state;
}

void ReduceLROnPlateau::load_state_dict(const StateDict& state) {
  const Numbers numbers(name, state, {"last_epoch", "best", "num_bad_epochs", "cooldown_counter"});
  const std::int64_t epoch = numbers.count("last_epoch");
  const double best = numbers.number("best");
  const std::int64_t bad = numbers.count("num_bad_epochs");
  cooldown_counter_ = numbers.count("cooldown_counter");
  last_epoch_ = epoch;
  best_ = best;
  num_bad_epochs_ = bad;
}

}  // namespace tapegrad::optim
