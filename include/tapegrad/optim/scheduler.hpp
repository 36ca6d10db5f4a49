// Scheduler: learning rates that change from step to step, along a curve. The curves are in
// curves.hpp and cycles.hpp; what waits for a metric is in plateau.hpp.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/optim/optimizer.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace optim {

/// What a curve says of a group at one step.
struct Rate {
  double lr = 0;
  /// For the option "momentum", or else "beta1".
  std::optional<double> momentum = {};
};

/// Any function that gives a group's rate from its base rate and the number of the step, 0 at
/// first: one of the library's, StepLR{.step_size = 30}, or a type of your own with such an at().
/// It is a value, depends on nothing else, and so can be put together with others:
/// ChainedScheduler, SequentialLR. Throws what its validate() throws, if it has one.
class Curve {
 public:
  template <class T>
  requires(!std::same_as<T, Curve> && requires(const T& curve) {
    { curve.at(0.1, std::int64_t(0), std::size_t(0)) } -> std::same_as<Rate>;
  }) Curve(T curve) {  // NOLINT: a list of curves reads like one
    if constexpr (requires { curve.validate(); }) curve.validate();
    at_ = [curve = std::move(curve)](double base, std::int64_t step, std::size_t group) {
      return curve.at(base, step, group);
    };
  }
  Rate at(double base, std::int64_t step, std::size_t group) const {
    return at_(base, step, group);
  }

 private:
  std::function<Rate(double, std::int64_t, std::size_t)> at_;
};

/// A number for all groups, or one for each.
class PerGroup {
 public:
  template <class Number>
  requires std::is_arithmetic_v<Number> PerGroup(Number value)  // NOLINT: as in PyTorch
      : values_{static_cast<double>(value)} {}
  PerGroup(std::initializer_list<double> values) : values_(values) {}
  /// Throws IndexError if there are several, but none for this one.
  double operator[](std::size_t group) const;
  const std::vector<double>& values() const { return values_; }

 private:
  std::vector<double> values_;
};

/// Sets the learning rates of an optimizer's groups along a curve:
///   tg::optim::Scheduler scheduler(sgd, tg::optim::StepLR{.step_size = 30});
///   for (...) { train_epoch(); scheduler.step(); }
/// The rates that the groups have when it is made are the base rates, and the first ones of the
/// curve are set at once. PyTorch multiplies the last rate; here each comes from the base rate and
/// the number of the step alone, to which roundings don't add up: the same numbers to some units in
/// the last place. So a rate that was set in between holds until the next step; set_base_lr()
/// lasts. Several schedulers of one optimizer are one with a ChainedScheduler. The optimizer may be
/// moved.
class Scheduler {
 public:
  /// Throws Error for rates that aren't finite or are negative, for a momentum out of [0, 1), and
  /// for one where the optimizer has neither momentum nor betas.
  Scheduler(Optimizer& optimizer, Curve curve);

  /// Goes on by one. Throws as the constructor does, and where the optimizer is gone; nothing is
  /// changed then.
  void step();
  /// How often it went on.
  std::int64_t last_epoch() const { return last_epoch_; }
  /// Of each group, at this step of the curve.
  std::vector<double> last_lr() const;
  /// Throws IndexError if there is no such group.
  double base_lr(std::size_t group = 0) const;
  /// From the next step on. Throws Error for a rate that isn't finite or is negative.
  void set_base_lr(double lr, std::size_t group = 0);

  /// "last_epoch" and "base_lrs". The rates of now are the optimizer's state.
  StateDict state_dict() const;
  /// Throws Error, ShapeError or DTypeError, before anything is changed, for any other state.
  void load_state_dict(const StateDict& state);

 private:
  Optimizer& optimizer() const;
  /// Base rates of groups that were added.
  void follow_groups();
  /// Sets the rates of a step.
  void set(std::int64_t step);

  std::shared_ptr<Optimizer*> optimizer_;
  Curve curve_;
  std::int64_t last_epoch_ = 0;
  std::vector<double> base_lrs_;
};

}  // namespace optim
}  // namespace tapegrad
