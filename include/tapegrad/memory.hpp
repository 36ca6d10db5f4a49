// The memory caches that keep a training loop free of page faults.
#pragma once

#include <cstddef>

namespace [[gnu::visibility("default")]] tapegrad {

struct MemoryStats {
  /// Bytes in live tensors and tape records, and in the small blocks that other threads keep.
  std::size_t in_use = 0;
  /// Bytes that are free but kept: this thread's small blocks and everybody's large buffers.
  std::size_t cached = 0;
  /// The most that both together have been, at any moment since the start or reset_memory_peak().
  std::size_t peak = 0;
};

MemoryStats memory_stats();

/// Gives this thread's small blocks and all large buffers back to the system. Done by itself before
/// a MemoryError is thrown.
void empty_cache();

/// From now on `peak` is counted anew, from what is in use and cached at present.
void reset_memory_peak();

/// How many bytes of large buffers may be kept. At first: a quarter of the memory that the process
/// may use, which is the machine's or the limit of its control group (a container's).
std::size_t cache_limit();
/// Gives back what is beyond.
void set_cache_limit(std::size_t bytes);

}  // namespace tapegrad
