#include "tapegrad/optim/optimizer.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/check.hpp"
#include "core/dispatch.hpp"
#include "core/row_gradient.hpp"
#include "core/tensor_impl.hpp"
#include "optim/changes.hpp"
#include "optim/leaf.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/nn/census.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/sparse_grad.hpp"

namespace tapegrad::optim {
namespace {

std::string lower_case(std::string_view name) {
  std::string result;
  for (const char c : name) {
    result.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return result;
}

}  // namespace

Optimizer::Optimizer(Optimizer&& other) noexcept
    : groups_(std::move(other.groups_)),
      whereabouts_(std::move(other.whereabouts_)),
      assigned_(other.assigned_),
      changes_seen_(other.changes_seen_),
      unlooked_(other.unlooked_) {
  if (whereabouts_) *whereabouts_ = this;
}

Optimizer::~Optimizer() {
  if (whereabouts_) *whereabouts_ = nullptr;
}

Optimizer& Optimizer::operator=(Optimizer&& other) noexcept {
  if (this == &other) return *this;
  if (whereabouts_) *whereabouts_ = nullptr;
  whereabouts_ = std::move(other.whereabouts_);
  if (whereabouts_) *whereabouts_ = this;
  groups_ = std::move(other.groups_);
  other.groups_.clear();
  changes_seen_ = other.changes_seen_;
  unlooked_ = other.unlooked_;
  assigned_ = true;
  return *this;
}

void Optimizer::check_not_moved_from() const {
  if (!groups_.empty()) return;
  fail<Error>("{}: this optimizer was moved from; use the one it went to", kind());
}

void Optimizer::check_not_captured(std::string_view method) const {
  check<Error>(!capturing(),
               "{}: {}() in a captured function would be done once, and not in each run; do it "
               "between the runs",
               kind(), method);
}

std::function<void()> Optimizer::called_later(Method method) {
  tapegrad::detail::required_in_runs(
      [where = whereabouts(), count = parameter_count()] {
        return *where && (*where)->parameter_count() == count;
      },
      fmt::format("the {} that it was captured with has come to its end, or has got more "
                  "parameters; capture it again with one that lives as long as the program",
                  kind()));
  return [where = whereabouts_, method] { ((*where)->*method)(); };
}

std::shared_ptr<Optimizer*> Optimizer::whereabouts() {
  check_not_moved_from();
  if (!whereabouts_) whereabouts_ = std::make_shared<Optimizer*>(this);
  return whereabouts_;
}

std::size_t Optimizer::parameter_count() const {
  std::size_t count = 0;
  for (const std::vector<Slot>& group : groups_) count += group.size();
  return count;
}

std::vector<Tensor> Optimizer::all_parameters() const {
  std::vector<Tensor> all;
  for (const std::vector<Slot>& group : groups_) {
    for (const Slot& slot : group) all.push_back(slot.parameter);
  }
  return all;
}

void Optimizer::zero_grad(tapegrad::detail::SetToNone) {
  check_not_moved_from();
  if (capturing()) {
    tapegrad::detail::cleared_in_runs(all_parameters(), called_later(&Optimizer::drop_gradients));
  } else {
    drop_gradients();
  }
}

void Optimizer::drop_gradients() {
  for (std::vector<Slot>& group : groups_) {
    for (Slot& slot : group) {
      if (LeafNode* leaf = leaf_of(slot.parameter)) leaf->set_grad({});
    }
  }
}

void Optimizer::step() {
  check_not_moved_from();
  check_step();
  if (capturing()) {
    tapegrad::detail::called_in_runs(lower_case(kind()), all_parameters(),
                                     called_later(&Optimizer::step_all));
  } else {
    step_all();
  }
}

void Optimizer::begin_step() {
  if (is_suspicious()) look_around();
  for (std::vector<Slot>& group : groups_) {
    for (Slot& slot : group) {
      slot.reached = is_reached(slot);
      slot.received = received(leaf_of(slot.parameter));
    }
  }
}

void Optimizer::step_all() {
  if (is_suspicious()) look_around();
  if (row_gradients.load(std::memory_order_relaxed) > 0) [[unlikely]]
    check_rows();
  const NoGrad guard;
  for (std::size_t group = 0; group < groups_.size(); ++group) step_group(group);
}

void Optimizer::step_group(std::size_t group) {
  Changes changes;
  for (Slot& slot : groups_[group]) {
    const LeafNode* leaf = leaf_of(slot.parameter);
    const std::uint32_t now = received(leaf);
    slot.reached = now != slot.received;
    slot.received = now;
    if (!leaf || !changes.add(slot, *leaf)) continue;
    ++slot.steps;
    if (!has_bytes(changes.last().grad)) [[unlikely]] {
      changes.drop_last();
      step_rows(slot, group);
      continue;
    }
    if (!changes.is_full()) continue;
    carry_out(changes.all(), group);
    changes.clear();
  }
  if (!changes.all().empty()) carry_out(changes.all(), group);
}

void Optimizer::carry_out(std::span<const Change> changes, std::size_t group) {
  update(changes, group);
  for (const Change& change : changes) change.slot->parameter.impl()->storage->bump();
  if (!tracing()) return;
  const std::string operation = lower_case(name());
  for (const Change& change : changes) trace_update(operation, change.slot->parameter, change.grad);
}

void Optimizer::step_rows(Slot& slot, std::size_t group) {
  const SparseGrad grad = *sparse_grad(slot.parameter);
  update_rows(slot, grad, group);
  slot.parameter.impl()->storage->bump();
  if (tracing()) trace_update(lower_case(name()), slot.parameter, grad.to_dense());
}

void Optimizer::check_rows() const {
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    const std::string reason = refuses_rows(group);
    if (reason.empty()) continue;
    for (std::size_t i = 0; i < groups_[group].size(); ++i) {
      const Tensor& x = groups_[group][i].parameter;
      check<Error>(!sparse_grad(x),
                   "{}: the gradient of parameter {} of group {}, of shape {}, is one of rows, "
                   "which embeddings with `sparse` give: {}",
                   name(), i, group, x.shape(), reason);
    }
  }
}

std::string Optimizer::refuses_rows(std::size_t) const {
  return "this rule changes every row in each step; use SparseAdam, SGD or Adagrad, or an "
         "embedding without `sparse`";
}

void Optimizer::update_rows(Slot& slot, const SparseGrad&, std::size_t group) {
  fail<Error>(
      "{}: group {} has a gradient of rows for a parameter of shape {}, and no "
      "update_rows() that follows it",
      kind(), group, slot.parameter.shape());
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

Tensor& Optimizer::memory(Slot& slot, std::size_t i, double initial) {
  Tensor& m = slot.memories[i];
  const Tensor& x = slot.parameter;
  if (!m.defined()) {
    m = full(x.shape(), initial, {.dtype = x.dtype()});
  } else if (m.dtype() != x.dtype()) {
    m = m.to(x.dtype());
  }
  return m;
}

void Optimizer::add_slots(std::string_view optimizer, const std::vector<Tensor>& parameters) {
  check<Error>(!parameters.empty(),
               "{}: group {} has no parameters; does the module's visit() name its parts?",
               optimizer, groups_.size());
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
    check<DTypeError>(!is_narrow(x.dtype()),
                      "{}: parameter {} of shape {} is {}, which rounds small steps away; train "
                      "float32 and convert a copy with to({})",
                      optimizer, i, x.shape(), x.dtype(), x.dtype());
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
               "{}: a parameter of group {} occurs twice; name it once", optimizer, groups_.size());
  groups_.push_back(std::move(slots));
  for (const Tensor& x : parameters) nn::detail::train(x);
  nn::detail::begin_training();
}

void Optimizer::check_group(std::size_t group) const {
  if (group < groups_.size()) return;
  check_not_moved_from();
  fail<IndexError>("{}: no group {} among the {}", name(), group, groups_.size());
}

}  // namespace tapegrad::optim
