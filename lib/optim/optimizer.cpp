#include "tapegrad/optim/optimizer.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/check.hpp"
#include "core/tensor_impl.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/nn/census.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad::optim {
namespace {

std::string lower_case(std::string_view name) {
  std::string result;
  for (const char c : name) {
    result.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return result;
}

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

void Optimizer::check_not_moved_from() const {
  if (!groups_.empty()) return;
  fail<Error>("{}: this optimizer was moved from; use the one it went to", name());
}

void Optimizer::zero_grad() {
  check_not_moved_from();
  for (std::vector<Slot>& group : groups_) {
    for (Slot& slot : group) {
      if (slot.parameter.requires_grad()) slot.parameter.set_grad({});
    }
  }
}

void Optimizer::check_owners() {
  const std::uint64_t releases = nn::detail::releases();
  if (releases == releases_) return;
  bool all_owned = true;
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    for (std::size_t i = 0; i < groups_[group].size(); ++i) {
      Slot& slot = groups_[group][i];
      const Tensor& x = slot.parameter;
      if (!slot.has_owner || nn::detail::is_owned(x)) continue;
      all_owned = false;
      // Later gradients are the same one, which nobody drops any more.
      const bool is_reached = x.grad().defined() && !std::exchange(slot.stepped_alone, true);
      check<Error>(is_reached,
                   "{}: parameter {} of group {}, of shape {}, is not part of a module any more: "
                   "its layer was removed or replaced, so that nothing trains what is there now; "
                   "make a new optimizer from the module's parameters()",
                   name(), i, group, x.shape());
    }
  }
  if (all_owned) releases_ = releases;
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

void Optimizer::step() {
  check_not_moved_from();
  if (look_for_forgotten_) check_nothing_forgotten();
  check_owners();
  const NoGrad guard;
  const bool traced = tracing();
  std::size_t passed_over = 0;
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    for (Slot& slot : groups_[group]) {
      const Tensor grad = slot.parameter.grad();
      if (!grad.defined()) {
        ++passed_over;
        continue;
      }
      ++slot.steps;
      update(slot, grad, group);
      slot.parameter.impl()->storage->bump();
      if (traced) trace_update(lower_case(name()), slot.parameter, grad);
    }
  }
  // Gradients that don't come here any more may go to somebody else.
  look_for_forgotten_ = passed_over != passed_over_;
  passed_over_ = passed_over;
}

std::vector<Tensor> Optimizer::parameters(std::size_t group) const {
  check_group(group);
  std::vector<Tensor> result;
  for (const Slot& slot : groups_[group]) result.push_back(slot.parameter);
  return result;
}

void Optimizer::set_lr(double lr) {
  check_not_moved_from();
  for (std::size_t group = 0; group < groups_.size(); ++group) set_lr(lr, group);
}

Tensor& Optimizer::memory(Slot& slot, std::size_t i) {
  Tensor& m = slot.memories[i];
  const Tensor& x = slot.parameter;
  if (!m.defined()) {
    m = zeros(x.shape(), {.dtype = x.dtype()});
  } else if (m.dtype() != x.dtype()) {
    m = m.to(x.dtype());
  }
  return m;
}

void Optimizer::add_slots(std::string_view optimizer, const std::vector<Tensor>& parameters) {
  check<Error>(!parameters.empty(),
               "{}: group {} has no parameters; does the module's visit() name its parts?",
               optimizer, group_count());
  std::vector<const void*> known;
  for (const std::vector<Slot>& group : groups_) {
    for (const Slot& slot : group) known.push_back(slot.parameter.impl());
  }
  std::vector<Slot> slots;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Tensor& x = parameters[i];
    check<Error>(x.defined(), "{}: parameter {} is an undefined tensor", optimizer, i);
    check<DTypeError>(is_floating(x.dtype()), "{}: parameter {} of shape {} is {}; train floats",
                      optimizer, i, x.shape(), x.dtype());
    check<AutogradError>(x.is_leaf(),
                         "{}: parameter {} of shape {} is the result of {}; only leaves are "
                         "trained",
                         optimizer, i, x.shape(), x.operation());
    check<Error>(!x.overlaps_itself(),
                 "{}: elements of parameter {} of shape {} share memory; clone() it", optimizer, i,
                 x.shape());
    known.push_back(x.impl());
    slots.push_back({.parameter = x, .has_owner = nn::detail::is_owned(x)});
  }
  std::ranges::sort(known);
  check<Error>(std::ranges::adjacent_find(known) == known.end(),
               "{}: a parameter of group {} occurs twice; name it once", optimizer, group_count());
  groups_.push_back(std::move(slots));
  for (const Tensor& x : parameters) nn::detail::acknowledge(x);
  nn::detail::begin_training();
}

void Optimizer::check_group(std::size_t group) const {
  if (group < groups_.size()) return;
  check_not_moved_from();
  fail<IndexError>("{}: no group {} among the {}", name(), group, groups_.size());
}

}  // namespace tapegrad::optim
