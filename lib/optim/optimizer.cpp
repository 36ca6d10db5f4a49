#include "tapegrad/optim/optimizer.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/check.hpp"
#include "core/dispatch.hpp"
#include "core/node.hpp"
#include "core/tensor_impl.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/nn/census.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/program.hpp"

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

/// Null for one that is frozen.
inline LeafNode* leaf_of(const Tensor& x) {
  const Ptr<Node>& node = x.impl()->node;
  return node && node->is_leaf() ? static_cast<LeafNode*>(node.get()) : nullptr;
}

/// How many gradients have come.
inline std::uint32_t received(const LeafNode* leaf) {
  return leaf ? leaf->received.load(std::memory_order_relaxed) : 0;
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
  detail::required_in_runs(
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

void Optimizer::zero_grad() {
  check_not_moved_from();
  if (capturing()) {
    detail::cleared_in_runs(all_parameters(), called_later(&Optimizer::drop_gradients));
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

void Optimizer::step() {
  check_not_moved_from();
  check_step();
  if (capturing()) {
    detail::called_in_runs(lower_case(kind()), all_parameters(),
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
  const NoGrad guard;
  for (std::size_t group = 0; group < groups_.size(); ++group) step_group(group);
}

void Optimizer::step_group(std::size_t group) {
  std::array<Change, most_changes> changes;
  std::size_t count = 0;
  for (Slot& slot : groups_[group]) {
    const LeafNode* leaf = leaf_of(slot.parameter);
    const std::uint32_t now = received(leaf);
    slot.reached = now != slot.received;
    slot.received = now;
    Tensor grad = leaf ? leaf->grad() : Tensor();
    if (!grad.defined()) continue;
    ++slot.steps;
    changes[count] = {&slot, std::move(grad)};
    if (++count < most_changes) continue;
    carry_out(changes, group);
    count = 0;
  }
  if (count > 0) carry_out(std::span(changes).first(count), group);
}

void Optimizer::carry_out(std::span<const Change> changes, std::size_t group) {
  update(changes, group);
  for (const Change& change : changes) change.slot->parameter.impl()->storage->bump();
  if (!tracing()) return;
  const std::string operation = lower_case(name());
  for (const Change& change : changes) trace_update(operation, change.slot->parameter, change.grad);
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
