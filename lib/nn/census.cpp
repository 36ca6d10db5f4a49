#include "tapegrad/nn/census.hpp"

#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "core/thread_end.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/parameter.hpp"
#include "tapegrad/program.hpp"

namespace tapegrad::nn {
namespace detail {

constinit std::atomic<std::uint64_t> changes_of_owners = 0;
constinit std::atomic<std::uint64_t> nameless = 0;

}  // namespace detail

namespace {

struct Entry {
  int owners = 0;
  /// The last of them: the others share the tensor for no longer than an assignment takes. Null if
  /// that was interrupted.
  const Owned* holder = nullptr;
  std::uint64_t number = 0;
  /// Who may look at it: the gradients of another thread are not safe to read.
  std::thread::id thread = {};
  bool named = false;
  bool trained = false;
  /// It gets gradients, and nobody minds.
  bool settled = false;
  /// Gradients when training began.
  std::uint32_t received = 0;

  /// It still looks at what it said it would.
  bool is_held(const void* impl) const { return holder && holder->impl() == impl; }
  bool has_news() const {
    const std::uint32_t now = tapegrad::detail::received(*holder);
    return now != 0 && now != received;
  }
};

/// What a thread made is everybody's when it has ended.
void leave_behind();

std::thread::id this_thread() {
  thread_local bool announced = false;
  if (!announced) announced = at_thread_end<leave_behind>();
  return std::this_thread::get_id();
}

struct Census {
  std::mutex mutex;
  std::unordered_map<const void*, Entry> entries;
  std::uint64_t made = 0;

  /// Calls f with the entries that are this thread's, or nobody's, and that still are what they
  /// were when they came here.
  template <class F>
  void for_ours(const F& f) {
    const std::lock_guard lock(mutex);
    for (auto& [impl, entry] : entries) {
      const bool ours =
          entry.thread == std::this_thread::get_id() || entry.thread == std::thread::id();
      if (ours && entry.is_held(impl)) f(entry);
    }
  }

  /// The tensors of which f is true, oldest first.
  template <class F>
  std::vector<Tensor> select(const F& f) {
    std::map<std::uint64_t, Tensor> found;
    for_ours([&](const Entry& entry) {
      if (f(entry)) found.emplace(entry.number, *entry.holder);
    });
    std::vector<Tensor> oldest_first;
    for (const auto& [number, tensor] : found) oldest_first.push_back(tensor);
    return oldest_first;
  }

  void give_name(Entry& entry) {
    if (!entry.named) detail::nameless.fetch_sub(1, std::memory_order_relaxed);
    entry.named = true;
    // Whoever visits what a thread left behind has it from then on.
    if (entry.thread == std::thread::id()) entry.thread = this_thread();
  }
};

/// Never destroyed: modules may be static, and end after everything else.
Census& census() {
  static Census& instance = []() -> Census& {
    tapegrad::detail::ask_owners(detail::is_owned, detail::changes_of_owners);
    return *new Census;
  }();
  return instance;
}

void leave_behind() {
  Census& all = census();
  const std::lock_guard lock(all.mutex);
  for (auto& [impl, entry] : all.entries) {
    if (entry.thread == std::this_thread::get_id()) entry.thread = {};
  }
}

}  // namespace

std::vector<Tensor> forgotten_parameters() {
  return census().select([](const Entry& entry) { return !entry.named && entry.has_news(); });
}

namespace detail {

void own(const Owned& holder) {
  Census& all = census();
  const std::lock_guard lock(all.mutex);
  Entry& entry = all.entries[holder.impl()];
  const bool shared = entry.is_held(holder.impl());
  // Else it is new, or stands where one was that somebody took away from its owner.
  if (!shared) {
    if (entry.owners == 0 || entry.named) nameless.fetch_add(1, std::memory_order_relaxed);
    entry = {.owners = entry.owners, .number = ++all.made};
    changes_of_owners.fetch_add(1, std::memory_order_relaxed);
  }
  ++entry.owners;
  entry.holder = &holder;
  entry.thread = this_thread();
}

void inherit(const Owned& holder) {
  Census& all = census();
  const std::lock_guard lock(all.mutex);
  const auto entry = all.entries.find(holder.impl());
  if (entry == all.entries.end()) return;
  entry->second.holder = &holder;
  entry->second.thread = this_thread();
}

void disown(const void* impl, const Owned& holder) {
  Census& all = census();
  const std::lock_guard lock(all.mutex);
  const auto found = all.entries.find(impl);
  if (found == all.entries.end()) return;
  Entry& entry = found->second;
  if (entry.holder == &holder) entry.holder = nullptr;
  if (--entry.owners > 0) return;
  all.give_name(entry);
  all.entries.erase(found);
  changes_of_owners.fetch_add(1, std::memory_order_relaxed);
}

void acknowledge(const Tensor& x) {
  Census& all = census();
  const std::lock_guard lock(all.mutex);
  const auto entry = all.entries.find(x.impl());
  if (entry != all.entries.end()) all.give_name(entry->second);
}

std::size_t owners_of_elements(const Tensor& x) {
  std::size_t count = 0;
  census().for_ours([&](const Entry& entry) { count += entry.holder->shares_storage_with(x); });
  return count;
}

void train(const Tensor& x) {
  Census& all = census();
  const std::lock_guard lock(all.mutex);
  const auto entry = all.entries.find(x.impl());
  if (entry == all.entries.end()) return;
  all.give_name(entry->second);
  entry->second.trained = true;
}

void begin_training() {
  census().for_ours(
      [](Entry& entry) { entry.received = tapegrad::detail::received(*entry.holder); });
}

bool is_owned(const Tensor& x) {
  Census& all = census();
  const std::lock_guard lock(all.mutex);
  const auto entry = all.entries.find(x.impl());
  if (entry == all.entries.end()) return false;
  return !entry->second.holder || entry->second.is_held(x.impl());
}

std::vector<Tensor> newcomers() {
  return census().select([](const Entry& entry) {
    return entry.named && !entry.trained && !entry.settled && entry.has_news();
  });
}

std::vector<Tensor> trained_with_gradient() {
  return census().select(
      [](const Entry& entry) { return entry.trained && entry.holder->grad().defined(); });
}

void settle() {
  census().for_ours([](Entry& entry) {
    if (!entry.trained && !entry.settled) entry.settled = entry.has_news();
  });
}

}  // namespace detail
}  // namespace tapegrad::nn
