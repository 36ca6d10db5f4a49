#include "program/passes.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "autograd/apply.hpp"

namespace tapegrad {
namespace {

/// Goes back over the steps: a step counts if something outside of the values changes by it, or if
/// what it writes is read by one that counts.
void drop_unread(Captured& captured, const Storages& needed) {
  Storages read(needed);
  const auto counts = [&](const Step& step) {
    if (step.call || step.operation->has_effect()) return true;
    return std::ranges::any_of(step.outputs, [&](const Tensor& y) {
      return storage_of(y)->capture != captured.number || read.contains(storage_of(y));
    });
  };
  std::vector<Step> kept;
  for (std::size_t i = captured.steps.size(); i-- > 0;) {
    Step& step = captured.steps[i];
    if (!counts(step)) continue;
    for (const Tensor& x : step.inputs) {
      if (x.defined()) read.insert(storage_of(x));
    }
    kept.push_back(std::move(step));
  }
  std::ranges::reverse(kept);
  captured.steps = std::move(kept);
}

/// Dropping gradients is no step where each of them is replaced before anybody can look.
void drop_clearing(Captured& captured) {
  std::vector<Step>& steps = captured.steps;
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
void compute_constants(Captured& captured, const Storages& needed) {
  constexpr std::size_t most_bytes = std::size_t{1} << 16;
  std::unordered_map<const Storage*, int> writes;
  for (const Step& step : captured.steps) {
    for (const Tensor& y : step.outputs) ++writes[storage_of(y)];
  }
  const auto is_constant = [&](const Tensor& x) {
    return !x.defined() || (storage_of(x)->capture == captured.number && storage_of(x)->data &&
                            !writes.contains(storage_of(x)));
  };
  const auto is_small = [&](const Tensor& y) {
    return writes[storage_of(y)] == 1 && storage_of(y)->bytes <= most_bytes &&
           !needed.contains(storage_of(y));
  };
  const ModeGuard silent(Mode::silent);
  std::erase_if(captured.steps, [&](const Step& step) {
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

}  // namespace

Storages handed_out(const Captured& captured) {
  Storages storages;
  for (const Tensor& y : captured.results) storages.insert(storage_of(y));
  for (const Step& step : captured.steps) {
    if (step.gift) storages.insert(storage_of(step.gift->tensor));
  }
  return storages;
}

void simplify(Captured& captured, const Storages& needed) {
  drop_unread(captured, needed);
  drop_clearing(captured);
  drop_repeats(captured, needed);
  compute_constants(captured, needed);
}

}  // namespace tapegrad
