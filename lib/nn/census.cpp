#include "tapegrad/nn/census.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

namespace tapegrad::nn {
namespace {

struct Entry {
  int owners = 0;
  /// Itself, until a visit names it: what is unknown is kept alive by its owner anyway.
  Tensor unnamed = {};
  /// The gradient that it had when training began. A gradient that somebody else holds too is not
  /// added to in place, so that one that comes later is another tensor.
  Tensor grad = {};
  std::thread::id maker = std::this_thread::get_id();
  std::uint64_t number = 0;
};

/// What is dropped from it ends outside of its lock: tensors may have deleters of the user's.
struct Census {
  std::mutex mutex;
  std::unordered_map<const void*, Entry> entries;
  std::uint64_t made = 0;
  std::atomic<std::uint64_t> releases = 0;

  /// Calls f with entries that this thread made: the gradients of others are not safe to read.
  template <class F>
  void for_unnamed(const F& f) {
    const std::lock_guard lock(mutex);
    for (auto& [impl, entry] : entries) {
      if (entry.unnamed.defined() && entry.maker == std::this_thread::get_id()) f(entry);
    }
  }
};

/// Never destroyed: modules may be static, and end after everything else.
Census& census() {
  static Census& instance = *new Census;
  return instance;
}

}  // namespace

std::vector<Tensor> forgotten_parameters() {
  std::map<std::uint64_t, Tensor> found;
  census().for_unnamed([&](const Entry& entry) {
    const Tensor grad = entry.unnamed.grad();
    if (grad.defined() && !grad.is_same(entry.grad)) found.emplace(entry.number, entry.unnamed);
  });
  std::vector<Tensor> oldest_first;
  for (const auto& [number, tensor] : found) oldest_first.push_back(tensor);
  return oldest_first;
}

namespace detail {

void own(const Tensor& x) {
  Census& all = census();
  const std::lock_guard lock(all.mutex);
  Entry& entry = all.entries[x.impl()];
  if (++entry.owners > 1) return;
  entry.unnamed = x;
  entry.number = ++all.made;
}

void disown(const void* impl) {
  Census& all = census();
  decltype(all.entries)::node_type ended;
  const std::lock_guard lock(all.mutex);
  const auto entry = all.entries.find(impl);
  if (entry == all.entries.end() || --entry->second.owners > 0) return;
  ended = all.entries.extract(entry);
  all.releases.fetch_add(1, std::memory_order_relaxed);
}

bool is_owned(const Tensor& x) {
  Census& all = census();
  const std::lock_guard lock(all.mutex);
  return all.entries.contains(x.impl());
}

std::uint64_t releases() { return census().releases.load(std::memory_order_relaxed); }

void acknowledge(const Tensor& x) {
  Census& all = census();
  Tensor unnamed, grad;
  const std::lock_guard lock(all.mutex);
  const auto entry = all.entries.find(x.impl());
  if (entry == all.entries.end()) return;
  unnamed = std::move(entry->second.unnamed);
  grad = std::move(entry->second.grad);
}

void begin_training() {
  std::vector<Tensor> before;
  census().for_unnamed([&](Entry& entry) {
    before.push_back(std::move(entry.grad));
    entry.grad = entry.unnamed.grad();
  });
}

}  // namespace detail
}  // namespace tapegrad::nn
