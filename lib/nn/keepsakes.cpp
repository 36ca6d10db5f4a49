#include "nn/keepsakes.hpp"

#include <atomic>
#include <list>
#include <mutex>
#include <thread>
#include <utility>

namespace tapegrad::nn::detail {
namespace {

struct Keepsake {
  std::thread::id thread;
  const Module* root;
  const Owned* source;
  Tensor tensor;

  bool is_of_this_thread() const { return thread == std::this_thread::get_id(); }
};

struct Keepsakes {
  std::mutex mutex;
  /// Nearly always 0: then nobody takes the lock.
  std::atomic<bool> any = false;
  std::list<Keepsake> all;

  /// Takes out those of which f is true.
  template <class F>
  std::list<Keepsake> take(const F& f) {
    std::list<Keepsake> taken;
    if (!any.load(std::memory_order_relaxed)) return taken;
    const std::lock_guard lock(mutex);
    for (auto each = all.begin(); each != all.end();) {
      const auto here = each++;
      if (f(*here)) taken.splice(taken.end(), all, here);
    }
    any = !all.empty();
    return taken;
  }
};

/// Never destroyed: modules may be static.
Keepsakes& keepsakes() {
  static Keepsakes& instance = *new Keepsakes;
  return instance;
}

}  // namespace

void keep_for_copy(const Module& root, const Owned& source, const Tensor& tensor) {
  Keepsakes& here = keepsakes();
  here.take([&](const Keepsake& k) { return k.is_of_this_thread() && k.root != &root; });
  std::list<Keepsake> added;
  added.push_back({std::this_thread::get_id(), &root, &source, tensor});
  const std::lock_guard lock(here.mutex);
  here.all.splice(here.all.end(), added);
  here.any = true;
}

Tensor kept_for_copy_of(const Owned& source) {
  const auto kept = keepsakes().take(
      [&](const Keepsake& k) { return k.is_of_this_thread() && k.source == &source; });
  return kept.empty() ? Tensor() : kept.front().tensor;
}

void forget_kept(const Module& root) {
  keepsakes().take([&](const Keepsake& k) { return k.is_of_this_thread() && k.root == &root; });
}

void forget_kept(const Owned& source) {
  keepsakes().take([&](const Keepsake& k) { return k.source == &source; });
}

}  // namespace tapegrad::nn::detail
