// Bytes with a version: what views share. Knows nothing of shapes or element types.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "core/ptr.hpp"

namespace tapegrad {

struct Storage {
  std::atomic<std::uint32_t> references{1};
  /// Counts in-place changes; the tape compares it with what it saw when it saved a value.
  std::atomic<std::uint32_t> version{0};
  bool foreign = false;
  /// The capture of a program in which it was made, or, with graph_stamp, the graph that it belongs
  /// to; 0 outside of all.
  std::uint32_t capture = 0;
  std::size_t bytes = 0;
  /// Null for what has no values yet, because a program that is being captured, or a graph, will
  /// compute them.
  std::byte* data = nullptr;

  void bump() noexcept {
    // Not an atomic increment: a concurrent change of the same elements is a race in any case.
    version.store(version.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
};

inline constexpr std::uint32_t graph_stamp = 1u << 31;

/// Of this thread; 0 outside of all captures.
[[gnu::tls_model("initial-exec")]] extern constinit thread_local std::uint32_t current_capture;

/// Uninitialised bytes, aligned to 64. Throws MemoryError.
Ptr<Storage> make_storage(std::size_t bytes);

/// Memory of somebody else, who keeps it until give() says that it is the storage's. Null: there is
/// none yet.
Ptr<Storage> make_foreign_storage(void* data, std::size_t bytes);

/// From now on `deleter(data)` runs when the last view is gone: the last step of taking over
/// memory, because it can't fail.
void give(Storage& foreign, std::function<void(void*)> deleter) noexcept;

void destroy(Storage* storage) noexcept;

}  // namespace tapegrad
