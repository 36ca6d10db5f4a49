// Common subexpressions: what a function computes twice, a run computes once.
#include <algorithm>
#include <cstdint>
#include <typeinfo>
#include <unordered_map>
#include <utility>
#include <vector>

#include "program/passes.hpp"

namespace tapegrad {
namespace {

using Writes = std::unordered_map<const Storage*, std::uint32_t>;

/// How often steps have written to what a step reads, by then.
std::vector<std::uint32_t> seen_by(const Step& step, const Writes& writes) {
  std::vector<std::uint32_t> seen;
  for (const Tensor& x : step.inputs) {
    const auto found = x.defined() ? writes.find(storage_of(x)) : writes.end();
    seen.push_back(found == writes.end() ? 0 : found->second);
  }
  return seen;
}

bool lie_alike(const Tensor& x, const Tensor& y) {
  return x.dtype() == y.dtype() && x.impl()->layout == y.impl()->layout;
}

bool same_place(const Tensor& x, const Tensor& y) {
  if (!x.defined() || !y.defined()) return x.defined() == y.defined();
  return storage_of(x) == storage_of(y) && lie_alike(x, y);
}

/// The same operation on the same tensors.
bool does_the_same(const Step& a, const Step& b) {
  const Operation& one = *a.operation;
  const Operation& other = *b.operation;
  return typeid(one) == typeid(other) && std::ranges::equal(one.told(), other.told()) &&
         std::ranges::equal(a.inputs, b.inputs, same_place) &&
         std::ranges::equal(a.outputs, b.outputs, lie_alike);
}

/// What steps may have in common: of one name, and with one tensor that they read first.
struct Key {
  std::string_view name;
  const Storage* first;
  bool operator==(const Key&) const = default;
};
struct HashOfKey {
  std::size_t operator()(const Key& key) const {
    return std::hash<std::string_view>()(key.name) ^ std::hash<const void*>()(key.first);
  }
};
Key key_of(const Step& step) {
  const bool reads = !step.inputs.empty() && step.inputs[0].defined();
  return {step.name, reads ? storage_of(step.inputs[0]) : nullptr};
}

class Repeats {
 public:
  Repeats(const Captured& captured, const Storages& needed)
      : number_(captured.number), needed_(needed) {
    for (const Step& step : captured.steps) {
      for (const Tensor& y : step.outputs) ++all_writes_[storage_of(y)];
    }
  }

  /// Whether an earlier step did the same; else it is known from now on. Steps in their order.
  bool drops(Step& step) {
    for (Tensor& x : step.inputs) redirect(x);
    // What isn't an operation may change whatever was there before.
    if (step.call) known_.clear();
    if (!step.call && can_be_known(step)) {
      std::vector<Known>& alike = known_[key_of(step)];
      std::vector<std::uint32_t> seen = seen_by(step, writes_);
      const auto found = std::ranges::find_if(alike, [&](const Known& known) {
        return known.seen == seen && does_the_same(*known.step, step);
      });
      if (found != alike.end() && can_go(step)) {
        for (std::size_t i = 0; i < step.outputs.size(); ++i) {
          instead_.emplace(storage_of(step.outputs[i]), found->step->outputs[i]);
        }
        return true;
      }
      if (found == alike.end()) alike.push_back({&step, std::move(seen)});
    }
    for (const Tensor& y : step.outputs) ++writes_[storage_of(y)];
    return false;
  }

 private:
  struct Known {
    const Step* step;
    std::vector<std::uint32_t> seen;
  };

  void redirect(Tensor& x) const {
    if (!x.defined()) return;
    const auto found = instead_.find(storage_of(x));
    if (found == instead_.end()) return;
    x = make_alias(x);
    x.impl()->storage = found->second.impl()->storage;
  }

  /// It gives what it was told and reads, and nobody changes that afterwards.
  bool can_be_known(const Step& step) const {
    const auto is_written_once = [&](const Tensor& y) {
      return storage_of(y)->capture == number_ && !storage_of(y)->data &&
             all_writes_.at(storage_of(y)) == 1;
    };
    return step.operation->computes() && !step.operation->has_effect() &&
           step.operation->told().data() && std::ranges::all_of(step.outputs, is_written_once);
  }

  /// Nobody outside asks for its results.
  bool can_go(const Step& step) const {
    return std::ranges::none_of(step.outputs,
                                [&](const Tensor& y) { return needed_.contains(storage_of(y)); });
  }

  const std::uint32_t number_;
  const Storages& needed_;
  Writes all_writes_, writes_;
  std::unordered_map<Key, std::vector<Known>, HashOfKey> known_;
  std::unordered_map<const Storage*, Tensor> instead_;
};

}  // namespace

void drop_repeats(Captured& captured, const Storages& needed) {
  Repeats repeats(captured, needed);
  std::vector<bool> dropped;
  for (Step& step : captured.steps) dropped.push_back(repeats.drops(step));
  std::size_t i = 0;
  std::erase_if(captured.steps, [&](const Step&) { return dropped[i++]; });
}

}  // namespace tapegrad
