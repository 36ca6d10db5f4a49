#include "program/frame.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "autograd/apply.hpp"
#include "core/check.hpp"

namespace tapegrad {

using Home = Plan::Home;

Frame::Frame(const Plan& plan) : plan_(plan) {
  take_memory();
  const Captured& captured = plan.captured();
  for (const Step& step : captured.steps) {
    Action& action = actions_.emplace_back(
        Action{step.operation.get(), step.scope, nullptr, step.call ? &step.call : nullptr});
    if (step.gift) {
      const Gift& gift = *step.gift;
      action.gift = &gifts_.emplace_back(gift.leaf, placed(gift.tensor), gift.replaces);
      hold(gift.tensor, action.gift->tensor, action.gift);
    }
    if (!step.operation) continue;
    for (const Tensor& x : step.inputs) action.inputs.push_back(placed(x));
    for (const Tensor& y : step.outputs) action.outputs.push_back(placed(y));
    action.pointers = pointers_to(action.inputs);
  }
  take_turns();
  for (const Tensor& y : captured.results) results_.push_back(placed(y));
  for (std::size_t i = 0; i < results_.size(); ++i) hold(captured.results[i], results_[i], nullptr);
  // What is handed out was counted among the steps' tensors.
  for (Held& held : held_) {
    std::erase_if(held.within, [&](const TensorImpl* impl) {
      return std::ranges::any_of(held.outside,
                                 [&](const Handle& one) { return one.tensor->impl() == impl; });
    });
    held.references += held.within.size() + held.outside.size();
  }
}

void Frame::take_memory() {
  arena_ = make_storage(plan_.arena_bytes());
  held_.resize(plan_.handed_out_count());
  feeds_.resize(plan_.captured().feeds.size());
  for (const auto& [storage, home] : plan_.homes()) {
    switch (home.kind) {
      case Home::Kind::feed:
        feeds_[home.place].place = make_foreign_storage(nullptr, home.bytes);
        break;
      case Home::Kind::handed_out:
        held_[home.place].bytes = home.bytes;
        held_[home.place].as_captured = home.as_captured;
        held_[home.place].memory = make_storage(home.bytes);
        break;
      case Home::Kind::arena:
        Ptr<Storage> place = make_foreign_storage(arena_->data + home.place, home.bytes);
        if (home.as_captured) fresh_.push_back({place, home.as_captured});
        in_arena_.emplace(storage, std::move(place));
    }
  }
}

template <class Steps, class Step>
const Step* Frame::shortened(const Action& action, Steps& steps, std::vector<Step*>& moving) {
  const auto step = Step::of(*action.operation, action.outputs, action.pointers);
  if (!step) return nullptr;
  Step& its = steps.emplace_back(*step);
  const auto is_in_arena = [&](const Tensor& x) {
    if (!x.defined()) return true;
    const std::byte* data = x.impl()->storage->data;
    return arena_->data <= data && data < arena_->data + plan_.arena_bytes();
  };
  if (std::ranges::all_of(action.outputs, is_in_arena) &&
      std::ranges::all_of(action.inputs, is_in_arena)) {
    its.locate();
  } else {
    moving.push_back(&its);
  }
  return &its;
}

void Frame::take_turns() {
  dense_.reserve(actions_.size());
  for (const Action& action : actions_) {
    Turn& turn = turns_.emplace_back(Turn{&action});
    if (!action.operation) continue;
    turn.dense = shortened(action, dense_, moving_dense_);
    if (!turn.dense) turn.ready = shortened(action, ready_, moving_ready_);
  }
}

/// A tensor of the capture, where it lies in this frame.
Tensor Frame::placed(const Tensor& x) {
  if (!x.defined()) return {};
  const TensorImpl& impl = *x.impl();
  const Home* home = plan_.home_of(x);
  if (!home) return make_alias(x);
  if (home->kind == Home::Kind::feed)
    return make_tensor(impl.dtype, feeds_[home->place].place, impl.layout);
  if (home->kind == Home::Kind::arena) {
    return make_tensor(impl.dtype, in_arena_.at(impl.storage.get()), impl.layout);
  }
  Held& held = held_[home->place];
  Tensor here = make_tensor(impl.dtype, held.memory, impl.layout);
  held.within.push_back(here.impl());
  return here;
}

void Frame::hold(const Tensor& x, Tensor& handle, const Gift* gift) {
  held_[plan_.home_of(x)->place].outside.push_back(
      {&handle, gift, handle.dtype(), handle.impl()->layout});
}

/// Nobody else looks at what the last run put there, and what was handed out is as it was captured.
bool Frame::is_free(const Held& held) {
  if (held.memory->references.load(std::memory_order_acquire) != held.references) return false;
  for (const Handle& handle : held.outside) {
    const TensorImpl& impl = *handle.tensor->impl();
    // The run drops it from the leaf before it gives it anew.
    const bool in_leaf = handle.gift && handle.gift->replaces && handle.gift->is_in_leaf();
    const unsigned holders = in_leaf ? 2 : 1;
    if (impl.references.load(std::memory_order_acquire) != holders) return false;
    // Who changes its type or layout, by to_(), changes its storage.
    const bool is_its = impl.storage.get() == held.memory.get() && !impl.node && !impl.base &&
                        impl.recorded_writes == 0 && !impl.label.load(std::memory_order_relaxed);
    if (!is_its) return false;
  }
  return true;
}

void Frame::renew(Held& held) {
  held.memory = make_storage(held.bytes);
  for (TensorImpl* impl : held.within) impl->storage = held.memory;
  for (const Handle& handle : held.outside) {
    *handle.tensor = make_tensor(handle.dtype, held.memory, handle.layout);
  }
}

bool Frame::is_changed(const Storage* storage) const {
  for (const Ptr<Storage>& changed : plan_.captured().changed) {
    if (changed.get() == storage) return true;
  }
  return false;
}

void Frame::refuse(std::size_t i, const Tensor& feed) const {
  check_has_values("program", feed);
  check<Error>(!is_changed(feed.impl()->storage.get()),
               "program: feed {} of shape {} shares memory with a tensor that the program "
               "changes; feed a clone() of it",
               i, feed.shape());
  fail<AutogradError>(
      "program: feed {} of shape {} requires grad, and a run gives it none; feed what detach() "
      "gives, or capture the gradient as a result",
      i, feed.shape());
}

/// The caller holds what it feeds until the run ends.
bool Frame::bind(Inputs feeds) {
  bool stays = true;
  for (std::size_t i = 0; i < feeds.size(); ++i) {
    const TensorImpl* impl = feeds[i]->impl();
    const Storage* const storage = impl->storage.get();
    Bound& feed = feeds_[i];
    // What the program changes lives as long as it does: no other storage gets its address.
    const bool is_other = feed.storage != storage;
    if (!storage->data || impl->node || (is_other && is_changed(storage))) [[unlikely]]
      refuse(i, *feeds[i]);
    feed.storage = storage;
    if (!impl->layout.is_contiguous()) [[unlikely]]
      impl = copies_.emplace_back(feeds[i]->contiguous()).impl();
    const auto offset = static_cast<std::size_t>(impl->layout.offset()) * size_of(impl->dtype);
    std::byte* const data = impl->storage->data + offset;
    feed.place->data = data;
    stays &= std::exchange(feed.data, data) == data;
  }
  return stays;
}

void Frame::unbind() noexcept {
  for (const Bound& feed : feeds_) feed.place->data = nullptr;
  if (!copies_.empty()) copies_.clear();
}

inline bool Frame::Turn::take() const {
  if (dense) {
    dense->run();
    return true;
  }
  if (ready) return ready->run();
  // It is there from the last run.
  const Gift* const gift = action->gift;
  if (!gift || !gift->replaces || !gift->is_in_leaf()) return false;
  static_cast<LeafNode&>(*gift->leaf).count_received();
  return true;
}

void Frame::run(Inputs feeds) {
  const ModeGuard silent(Mode::silent);
  struct Unbound {
    Frame& frame;
    ~Unbound() { frame.unbind(); }
  } const unbound{*this};
  bool stays = std::exchange(located_, false);
  stays &= bind(feeds);
  for (Held& held : held_) {
    if (!is_free(held)) [[unlikely]] {
      renew(held);
      stays = false;
    }
    if (held.as_captured) std::memcpy(held.memory->data, held.as_captured->data, held.bytes);
  }
  for (const Fresh& fresh : fresh_) {
    std::memcpy(fresh.of_run->data, fresh.as_captured->data, fresh.as_captured->bytes);
  }
  for (const Ptr<Storage>& storage : plan_.captured().changed) storage->bump();
  if (!stays) {
    for (DenseStep* step : moving_dense_) step->locate();
    for (ReadyStep* step : moving_ready_) step->locate();
  }
  located_ = true;
  for (const Turn& turn : turns_) {
    if (!turn.take()) carry_out(*turn.action);
  }
}

void Frame::carry_out(const Action& action) {
  const ScopeGuard scope(action.scope);
  if (action.operation) {
    action.operation->into(action.outputs, action.pointers);
  } else {
    action.gift ? action.gift->hand_over() : (*action.call)();
  }
}

}  // namespace tapegrad
