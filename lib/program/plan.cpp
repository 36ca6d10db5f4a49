#include "program/plan.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "program/arena.hpp"
#include "program/fuse.hpp"

namespace tapegrad {
namespace {

Storage* storage_of(const Tensor& x) { return x.impl()->storage.get(); }

/// Every tensor that the steps see.
template <class F>
void for_each_operand(std::vector<Step>& steps, const F& f) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    for (Tensor& x : steps[i].inputs) {
      if (x.defined()) f(i, x);
    }
    // What a step changes in place is among its inputs.
    for (Tensor& y : steps[i].outputs) {
      if (std::ranges::none_of(steps[i].inputs, [&](const Tensor& x) { return x.is_same(y); })) {
        f(i, y);
      }
    }
  }
}

}  // namespace

Plan::Plan(Captured captured)
    : captured_(std::move(captured)), captured_steps_(captured_.steps.size()) {
  const Storages needed = handed_out();
  drop_unread(needed);
  drop_clearing();
  compute_constants(needed);
  captured_.steps = fused(std::move(captured_.steps), needed);
  lay_out();
}

/// Results; and gradients, which are read by whoever looks at the leaf, also after what the
/// function did to them.
Plan::Storages Plan::handed_out() const {
  Storages storages;
  for (const Tensor& y : captured_.results) storages.insert(storage_of(y));
  for (const Step& step : captured_.steps) {
    if (step.gift) storages.insert(storage_of(step.gift->tensor));
  }
  return storages;
}

/// Goes back over the steps: a step counts if something outside of the values changes by it, or if
/// what it writes is read by one that counts.
void Plan::drop_unread(const Storages& needed) {
  Storages read(needed);
  const auto counts = [&](const Step& step) {
    if (step.call || step.operation->has_effect()) return true;
    return std::ranges::any_of(step.outputs, [&](const Tensor& y) {
      return storage_of(y)->capture != captured_.number || read.contains(storage_of(y));
    });
  };
  std::vector<Step> kept;
  for (std::size_t i = captured_.steps.size(); i-- > 0;) {
    Step& step = captured_.steps[i];
    if (!counts(step)) continue;
    for (const Tensor& x : step.inputs) {
      if (x.defined()) read.insert(storage_of(x));
    }
    kept.push_back(std::move(step));
  }
  std::ranges::reverse(kept);
  captured_.steps = std::move(kept);
}

/// Dropping gradients is no step where each of them is replaced before anybody can look.
void Plan::drop_clearing() {
  std::vector<Step>& steps = captured_.steps;
  const auto is_replaced = [&](std::size_t from, const Ptr<Node>& leaf) {
    for (std::size_t i = from; i < steps.size(); ++i) {
      const Gift* gift = steps[i].gift.get();
      if (gift && gift->replaces && gift->leaf.get() == leaf.get()) return true;
      if (steps[i].call && !(gift && gift->replaces)) return false;
    }
    return false;
  };
  for (std::size_t i = steps.size(); i-- > 0;) {
    const std::vector<Ptr<Node>>& leaves = steps[i].clears;
    const bool all = std::ranges::all_of(
        leaves, [&](const Ptr<Node>& leaf) { return is_replaced(i + 1, leaf); });
    if (!leaves.empty() && all) steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

/// Steps whose inputs are the same in all runs, and that make little, are done now.
void Plan::compute_constants(const Storages& needed) {
  constexpr std::size_t most_bytes = std::size_t{1} << 16;
  std::unordered_map<const Storage*, int> writes;
  for (const Step& step : captured_.steps) {
    for (const Tensor& y : step.outputs) ++writes[storage_of(y)];
  }
  const auto is_constant = [&](const Tensor& x) {
    return !x.defined() || (storage_of(x)->capture == captured_.number && storage_of(x)->data &&
                            !writes.contains(storage_of(x)));
  };
  const auto is_small = [&](const Tensor& y) {
    return writes[storage_of(y)] == 1 && storage_of(y)->bytes <= most_bytes &&
           !needed.contains(storage_of(y));
  };
  const ModeGuard silent(Mode::silent);
  std::erase_if(captured_.steps, [&](const Step& step) {
    if (step.call || step.operation->has_effect() ||
        !std::ranges::all_of(step.inputs, is_constant) ||
        !std::ranges::all_of(step.outputs, is_small)) {
      return false;
    }
    for (const Tensor& y : step.outputs) {
      const Ptr<Storage> memory = make_storage(storage_of(y)->bytes);
      storage_of(y)->data = memory->data;
      give(*storage_of(y), [memory](void*) {});
      writes.erase(storage_of(y));
    }
    step.operation->into(step.outputs, pointers_to(step.inputs));
    return true;
  });
}

/// Gives each value of the capture a storage of the plan's own: what the function kept of its
/// tensors stays without values.
void Plan::lay_out() {
  std::vector<Step>& steps = captured_.steps;
  std::unordered_map<const Storage*, std::size_t> held;
  const auto hold = [&](Tensor& handle, const Gift* gift) {
    const auto [place, is_new] = held.try_emplace(storage_of(handle), held_.size());
    if (is_new) held_.push_back({.bytes = storage_of(handle)->bytes});
    held_[place->second].outside.push_back({&handle, gift, handle.dtype(), handle.impl()->layout});
  };
  for (Tensor& y : captured_.results) hold(y, nullptr);
  for (const Step& step : steps) {
    if (step.gift) hold(step.gift->tensor, step.gift.get());
  }

  std::unordered_map<const Storage*, Ptr<Storage>> places;
  for (const Tensor& feed : captured_.feeds) {
    Ptr<Storage> place = make_foreign_storage(nullptr, storage_of(feed)->bytes);
    places.emplace(storage_of(feed), place);
    places_of_feeds_.push_back(std::move(place));
  }
  std::unordered_set<const Storage*> written;
  for (const Step& step : steps) {
    for (const Tensor& y : step.outputs) written.insert(storage_of(y));
  }

  Arena arena;
  for_each_operand(steps, [&](std::size_t i, Tensor& x) {
    TensorImpl& impl = *x.impl();
    const Storage* storage = impl.storage.get();
    if (const auto found = held.find(storage); found != held.end()) {
      held_[found->second].within.push_back(&impl);
      return;
    }
    if (storage->capture != captured_.number) return;
    auto place = places.find(storage);
    if (place == places.end()) {
      if (storage->data && !written.contains(storage)) return;
      place = places.emplace(storage, make_foreign_storage(nullptr, storage->bytes)).first;
      value_bytes_ += storage->bytes;
      if (storage->data) fresh_.push_back({place->second, impl.storage});
      arena.add(place->second, storage->data ? 0 : i);
    }
    arena.uses(*place->second, i);
    impl.storage = place->second;
  });
  for (Step& step : steps) step.pointers = pointers_to(step.inputs);
  arena_bytes_ = arena.lay_out();
  arena_ = make_storage(arena_bytes_);
  arena.place_in(arena_->data);
  for (Held& one : held_) {
    value_bytes_ += one.bytes;
    one.memory = make_storage(one.bytes);
    for (TensorImpl* impl : one.within) impl->storage = one.memory;
    for (const Handle& handle : one.outside) handle.tensor->impl()->storage = one.memory;
  }
  captured_.feeds.clear();
}

std::size_t Plan::fused_steps() const {
  return static_cast<std::size_t>(std::ranges::count(captured_.steps, "fused", &Step::name));
}

void Plan::check_world() const {
  for (const Outsider& outsider : captured_.outsiders) {
    const TensorImpl& now = *outsider.tensor.impl();
    check<Error>(now.storage.get() == outsider.storage,
                 "program: a tensor of shape {} that was there when it was captured has other "
                 "memory now, from to_() or an assignment: the program would read and change what "
                 "nobody sees; capture it again",
                 now.layout.shape());
    check<Error>(now.node.get() == outsider.node,
                 "program: a tensor of shape {} that was there when it was captured {} since: the "
                 "program would {} the gradient that the function leaves out or asks for now; "
                 "capture it again",
                 now.layout.shape(),
                 outsider.node ? "doesn't require grad any more, or was made a result,"
                               : "began to require grad",
                 outsider.node ? "give it" : "miss");
    check<Error>(hooks_on(outsider.node) == outsider.hooks,
                 "program: a leaf of shape {} has other hooks than when it was captured, which a "
                 "run would pass over; capture it again",
                 now.layout.shape());
  }
  for (const Requirement& requirement : captured_.requirements) {
    check<Error>(requirement.holds(), "program: {}", requirement.message);
  }
}

/// Nobody else looks at what the last run put there, and what was handed out is as it was captured.
bool Plan::is_free(const Held& held) {
  const std::size_t ours = held.within.size() + held.outside.size() + 1;
  if (held.memory->references.load(std::memory_order_acquire) != ours) return false;
  return std::ranges::all_of(held.outside, [&](const Handle& handle) {
    const TensorImpl& impl = *handle.tensor->impl();
    // The run drops it from the leaf before it gives it anew.
    const bool in_leaf = handle.gift && handle.gift->replaces && handle.gift->is_in_leaf();
    // Who changes its type or layout, by to_(), changes its storage.
    return impl.storage.get() == held.memory.get() && !impl.node &&
           impl.references.load(std::memory_order_acquire) == (in_leaf ? 2 : 1);
  });
}

void Plan::prepare(Held& held) {
  if (is_free(held)) return;
  held.memory = make_storage(held.bytes);
  for (TensorImpl* impl : held.within) impl->storage = held.memory;
  for (const Handle& handle : held.outside) {
    *handle.tensor = make_tensor(handle.dtype, held.memory, handle.layout);
  }
}

/// The caller holds what it feeds until the run ends.
void Plan::bind(Inputs feeds) {
  for (std::size_t i = 0; i < feeds.size(); ++i) {
    const Tensor* feed = feeds[i];
    check_has_values("program", *feed);
    const auto is_changed = [&](const Ptr<Storage>& changed) {
      return changed.get() == storage_of(*feed);
    };
    check<Error>(std::ranges::none_of(captured_.changed, is_changed),
                 "program: feed {} of shape {} shares memory with a tensor that the program "
                 "changes; feed a clone() of it",
                 i, feed->shape());
    check<AutogradError>(!feed->impl()->node,
                         "program: feed {} of shape {} requires grad, and a run gives it none; "
                         "feed what detach() gives, or capture the gradient as a result",
                         i, feed->shape());
    if (!feed->is_contiguous()) feed = &copies_.emplace_back(feed->contiguous());
    const TensorImpl& impl = *feed->impl();
    const auto offset = static_cast<std::size_t>(impl.layout.offset()) * size_of(impl.dtype);
    places_of_feeds_[i]->data = impl.storage->data ? impl.storage->data + offset : nullptr;
  }
}

void Plan::unbind() noexcept {
  for (const Ptr<Storage>& place : places_of_feeds_) place->data = nullptr;
  copies_.clear();
}

void Plan::run(Inputs feeds) {
  const ModeGuard silent(Mode::silent);
  struct Unbound {
    Plan& plan;
    ~Unbound() { plan.unbind(); }
  } const unbound{*this};
  bind(feeds);
  for (Held& held : held_) prepare(held);
  for (const Fresh& fresh : fresh_) {
    std::memcpy(fresh.of_run->data, fresh.as_captured->data, fresh.as_captured->bytes);
  }
  for (const Ptr<Storage>& storage : captured_.changed) storage->bump();
  for (const Step& step : captured_.steps) {
    const ScopeGuard scope(step.scope);
    step.call ? step.call() : step.operation->into(step.outputs, step.pointers);
  }
}

}  // namespace tapegrad
