// The memory caches that keep a training loop free of page faults.
#pragma once

#include <cstddef>

namespace [[gnu::visibility("default")]] tapegrad {

struct MemoryStats {
  /// Bytes in live tensors and tape records, and in the small blocks that other threads keep.
  std::size_t in_use = 0;
  /// Bytes that are free but kept: this thread's small blocks and everybody's large buffers.
  std::size_t cached = 0;
};

MemoryStats memory_stats();

/// Gives this thread's small blocks and all large buffers back to the system. Done by itself before
/// a MemoryError is thrown.
void empty_cache();

/// How many bytes of large buffers may be kept. Default: 1 GiB.
void set_cache_limit(std::size_t bytes);

}  // namespace tapegrad
