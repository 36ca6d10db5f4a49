// Where gradients go, and whether somebody trains what is there: what step() looks at before it
// changes anything.
#include <algorithm>
#include <string>
#include <vector>

#include "core/check.hpp"
#include "optim/leaf.hpp"
#include "tapegrad/nn/census.hpp"
#include "tapegrad/optim/optimizer.hpp"

namespace tapegrad::optim {
namespace {

/// "[2, 2], [2]", not more than a few.
std::string shapes_of(const std::vector<Tensor>& tensors) {
  constexpr std::size_t most = 4;
  std::string text;
  for (std::size_t i = 0; i < tensors.size() && i < most; ++i) {
    text += (i > 0 ? ", " : "") + to_string(tensors[i].shape());
  }
  return tensors.size() > most ? text + ", ..." : text;
}

}  // namespace

bool Optimizer::is_reached(const Slot& slot) {
  return received(leaf_of(slot.parameter)) != slot.received;
}

bool Optimizer::is_suspicious() {
  const std::uint64_t nameless = nn::detail::nameless.load(std::memory_order_relaxed);
  // So that a look, which goes through them, costs as much as a step with one of them.
  bool suspicious = (nameless > 0 && ++unlooked_ >= nameless) || assigned_;
  suspicious |= nn::detail::changes_of_owners.load(std::memory_order_relaxed) != changes_seen_;
  for (const std::vector<Slot>& group : groups_) {
    for (const Slot& slot : group) {
      suspicious |= (received(leaf_of(slot.parameter)) != slot.received) != slot.reached;
    }
  }
  return suspicious;
}

void Optimizer::look_around() {
  const std::uint64_t changes = nn::detail::changes_of_owners;
  check_owners();
  check_nothing_forgotten();
  check_not_replaced();
  check_not_parted();
  nn::detail::settle();
  changes_seen_ = changes;
  unlooked_ = 0;
}

void Optimizer::check_owners() const {
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    for (std::size_t i = 0; i < groups_[group].size(); ++i) {
      const Slot& slot = groups_[group][i];
      // The tape may have outlived the owner.
      const bool trained = !slot.has_owner || is_reached(slot);
      check<Error>(trained || nn::detail::is_owned(slot.parameter),
                   "{}: parameter {} of group {}, of shape {}, is not part of a module any more: "
                   "its layer was removed or replaced, so that nothing trains what is there now; "
                   "make a new optimizer from the module's parameters()",
                   name(), i, group, slot.parameter.shape());
    }
  }
}

void Optimizer::check_nothing_forgotten() const {
  const std::vector<Tensor> forgotten = nn::forgotten_parameters();
  check<Error>(forgotten.empty(),
               "{}: a gradient came to {} of shape {}, which no visit() has named and no optimizer "
               "holds, so that training passes over what it is part of: name it in the module's "
               "visit(), freeze it with requires_grad_(false), or make a new optimizer after one "
               "module took another's place",
               name(), forgotten.size() == 1 ? "a parameter" : "parameters", shapes_of(forgotten));
}

void Optimizer::check_not_replaced() const {
  // Where no gradient has ever come, the first step missed all of them.
  bool first = true;
  for (const std::vector<Slot>& group : groups_) {
    for (const Slot& slot : group) first &= slot.received == 0 && !is_reached(slot);
  }
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    for (std::size_t i = 0; i < groups_[group].size(); ++i) {
      const Slot& slot = groups_[group][i];
      if (is_reached(slot) || !(slot.reached || first)) continue;
      const std::vector<Tensor> others = nn::detail::newcomers();
      check<Error>(others.empty(),
                   "{}: no gradient came to parameter {} of group {}, of shape {}, but to {} of "
                   "shape {}, which no optimizer holds: its module was exchanged for another, "
                   "perhaps within a container or behind a pointer; assign to the module, which "
                   "brings values to the parameters that are there, or make a new optimizer",
                   name(), i, group, slot.parameter.shape(),
                   others.size() == 1 ? "a parameter" : "parameters", shapes_of(others));
      return;
    }
  }
}

void Optimizer::check_not_parted() {
  if (!assigned_) return;
  std::vector<const void*> own;
  bool was_reached = false;
  for (const std::vector<Slot>& group : groups_) {
    for (const Slot& slot : group) {
      assigned_ &= !is_reached(slot);
      was_reached |= slot.reached;
      own.push_back(slot.parameter.impl());
    }
  }
  const std::vector<Tensor> others = nn::detail::trained_with_gradient();
  const bool elsewhere = std::ranges::any_of(
      others, [&](const Tensor& x) { return std::ranges::find(own, x.impl()) == own.end(); });
  check<Error>(!assigned_ || !was_reached || !elsewhere,
               "{}: it was assigned what another optimizer was, and gradients come to the "
               "parameters of others only: modules that are assigned, sorted or erased keep their "
               "tensors, optimizers take theirs along; keep pointers to modules with their "
               "optimizers, or make a new optimizer",
               name());
}

}  // namespace tapegrad::optim
