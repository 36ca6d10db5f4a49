#include "program/plan.hpp"

#include <algorithm>
#include <utility>

#include "core/check.hpp"
#include "program/fuse.hpp"
#include "program/passes.hpp"
#include "program/reading.hpp"

namespace tapegrad {
Plan::Plan(Captured captured)
    : captured_(std::move(captured)), captured_steps_(captured_.steps.size()) {
  const Storages needed = handed_out(captured_);
  simplify(captured_, needed);
  captured_.steps = fused(read_once(std::move(captured_.steps)), needed);
  changes_nothing_ =
      captured_.changed.empty() && std::ranges::none_of(captured_.steps, [](const Step& step) {
        return step.call || step.operation->has_effect();
      });
  lay_out();
}

const Plan::Home* Plan::home_of(const Tensor& x) const {
  const auto found = homes_.find(storage_of(x));
  return found == homes_.end() ? nullptr : &found->second;
}

/// An input of step i that nobody reads afterwards, and over which the step may write its result:
/// loops over elements, those of derivatives too, allow that where both lie alike
/// (kernels/map.hpp). Null if there is none.
const Storage* Plan::dying_input(std::size_t i, const LastUses& last) const {
  const Step& step = captured_.steps[i];
  if (step.call || !step.operation->each_element()) return nullptr;
  const Tensor& y = step.outputs[0];
  if (storage_of(y)->capture != captured_.number || storage_of(y)->data || home_of(y)) {
    return nullptr;
  }
  const auto lies_alike = [&](const Tensor& x) {
    return x.dtype() == y.dtype() && x.impl()->layout == y.impl()->layout &&
           storage_of(x)->bytes == storage_of(y)->bytes;
  };
  for (const Tensor& x : step.inputs) {
    const Home* home = x.defined() ? home_of(x) : nullptr;
    if (!home || home->kind != Home::Kind::arena || last.at(storage_of(x)) != i) continue;
    const bool all = std::ranges::all_of(step.inputs, [&](const Tensor& other) {
      return !other.defined() || storage_of(other) != storage_of(x) || lies_alike(other);
    });
    if (all) return storage_of(x);
  }
  return nullptr;
}

void Plan::lay_out() {
  const auto hand_out = [&](const Tensor& x) {
    Home home{Home::Kind::handed_out, handed_out_, storage_of(x)->bytes};
    if (storage_of(x)->data) home.as_captured = storage_of(x);
    if (!homes_.emplace(storage_of(x), home).second) return;
    ++handed_out_;
    value_bytes_ += home.bytes;
  };
  for (const Tensor& y : captured_.results) hand_out(y);
  Storages written;
  for (const Step& step : captured_.steps) {
    if (step.gift) hand_out(step.gift->tensor);
    for (const Tensor& y : step.outputs) written.insert(storage_of(y));
  }
  for (std::size_t i = 0; i < captured_.feeds.size(); ++i) {
    const Storage* storage = storage_of(captured_.feeds[i]);
    homes_.emplace(storage, Home{Home::Kind::feed, i, storage->bytes});
  }

  Arena arena;
  const auto use = [&](std::size_t step, const Tensor& x) {
    const Storage* storage = x.defined() ? storage_of(x) : nullptr;
    if (!storage || storage->capture != captured_.number) return;
    const bool is_constant = storage->data && !written.contains(storage);
    auto found = homes_.find(storage);
    if (found == homes_.end() && is_constant) return;
    if (found == homes_.end()) {
      Home home{Home::Kind::arena, 0, storage->bytes};
      if (storage->data) home.as_captured = storage;
      home.place = arena.add(home.bytes, storage->data ? 0 : step);
      found = homes_.emplace(storage, home).first;
      value_bytes_ += home.bytes;
    }
    if (found->second.kind == Home::Kind::arena) arena.uses(found->second.place, step);
  };
  LastUses last;
  for (std::size_t i = 0; i < captured_.steps.size(); ++i) {
    for (const Tensor& x : captured_.steps[i].inputs) {
      if (x.defined()) last[storage_of(x)] = i;
    }
    for (const Tensor& y : captured_.steps[i].outputs) last[storage_of(y)] = i;
  }
  for (std::size_t i = 0; i < captured_.steps.size(); ++i) {
    for (const Tensor& x : captured_.steps[i].inputs) use(i, x);
    if (const Storage* const dying = dying_input(i, last)) {
      const Storage* const result = storage_of(captured_.steps[i].outputs[0]);
      Home home = homes_.at(dying);
      home.as_captured = nullptr;
      homes_.emplace(result, home);
      value_bytes_ += home.bytes;
    }
    for (const Tensor& y : captured_.steps[i].outputs) use(i, y);
  }
  arena_bytes_ = arena.lay_out();
  for (auto& [storage, home] : homes_) {
    if (home.kind == Home::Kind::arena) home.place = arena.offset(home.place);
  }
}

std::size_t Plan::fused_steps() const {
  return static_cast<std::size_t>(std::ranges::count(captured_.steps, "fused", &Step::name));
}

}  // namespace tapegrad
