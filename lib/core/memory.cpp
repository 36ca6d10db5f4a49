// Blocks are freed one by one, so a block may end its life in the list of another thread.
#include "core/memory.hpp"

#if defined(__GLIBC__)
#include <malloc.h>
#endif
#include <sys/mman.h>

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <limits>
#include <mutex>
#include <new>
#include <optional>
#include <vector>

#include "core/check.hpp"
#include "core/fixed_text.hpp"
#include "core/machine.hpp"
#include "core/thread_end.hpp"
#include "tapegrad/memory.hpp"

namespace tapegrad {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool caching = false;  // so that the sanitizer sees every use after free
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool caching = false;
#else
constexpr bool caching = true;
#endif
#else
constexpr bool caching = true;
#endif

constexpr std::size_t alignment = 64;
constexpr std::size_t fine_step = 64;          // classes up to fine_limit are multiples of this
constexpr std::size_t fine_limit = 1024;       // above, four classes for each power of two
constexpr std::size_t thread_limit = 1 << 16;  // larger blocks are shared between threads
constexpr std::size_t fine_classes = fine_limit / fine_step;
constexpr std::size_t thread_classes = fine_classes + 4 * 6;
constexpr std::size_t thread_bytes_per_class = 1 << 20;
constexpr std::size_t huge_page = std::size_t{1} << 21;
constexpr std::size_t largest_block = std::numeric_limits<std::size_t>::max() / 4;

std::size_t class_of(std::size_t bytes) {
  if (bytes <= fine_limit) return bytes == 0 ? 0 : (bytes - 1) / fine_step;
  const auto power = static_cast<std::size_t>(std::bit_width(bytes - 1)) - 1;
  const std::size_t quarter = ((bytes - 1) >> (power - 2)) & 3;
  return fine_classes + 4 * (power - 10) + quarter;
}

constexpr std::size_t class_size(std::size_t c) {
  if (c < fine_classes) return (c + 1) * fine_step;
  const std::size_t power = 10 + (c - fine_classes) / 4;
  return ((c - fine_classes) % 4 + 5) << (power - 2);
}

static_assert(class_size(thread_classes - 1) == thread_limit);

/// Counted only where a block leaves or reaches the system, so that the fast path counts nothing.
std::atomic<std::size_t> system_bytes{0};
std::atomic<std::size_t> system_peak{0};

void count_taken(std::size_t bytes) {
  const std::size_t now = system_bytes.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  std::size_t peak = system_peak.load(std::memory_order_relaxed);
  while (now > peak && !system_peak.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
}

/// Blocks of several huge pages begin with one.
std::align_val_t alignment_of(std::size_t c) {
  return std::align_val_t{class_size(c) >= 2 * huge_page ? huge_page : alignment};
}

/// Null where the system has no more.
void* from_system(std::size_t c) {
  const std::size_t bytes = class_size(c);
  void* block = ::operator new(bytes, alignment_of(c), std::nothrow);
  if (!block) return nullptr;
  count_taken(bytes);
#if defined(MADV_HUGEPAGE)
  // Where the system waits to be asked for huge pages: one fault and one address to look up instead
  // of 512. Its end is left to small ones, which are there when they are touched.
  if (bytes >= 2 * huge_page) ::madvise(block, bytes / huge_page * huge_page, MADV_HUGEPAGE);
#endif
  return block;
}

void to_system(void* block, std::size_t c) noexcept {
  system_bytes.fetch_sub(class_size(c), std::memory_order_relaxed);
  ::operator delete(block, alignment_of(c));
}

struct FreeBlock {
  FreeBlock* next;
};

/// Trivially constructible, so that access needs no guard; close_thread_cache() gives the blocks
/// back.
struct ThreadCache {
  std::array<FreeBlock*, thread_classes> head;
  std::array<std::uint32_t, thread_classes> room;  // blocks that may still be kept; 0 until opened
  bool opened;
  bool closed;
};

[[gnu::tls_model("initial-exec")]] constinit thread_local ThreadCache cache{};

std::uint32_t room_of(std::size_t c) {
  return static_cast<std::uint32_t>(thread_bytes_per_class / class_size(c));
}

void release_thread_blocks() {
  for (std::size_t c = 0; c < thread_classes; ++c) {
    while (FreeBlock* block = cache.head[c]) {
      cache.head[c] = block->next;
      to_system(block, c);
    }
    cache.room[c] = cache.opened && !cache.closed ? room_of(c) : 0;
  }
}

void close_thread_cache() {
  cache.closed = true;
  release_thread_blocks();
}

void open_thread_cache() {
  if (cache.opened || !caching || !at_thread_end<close_thread_cache>()) return;
  cache.opened = true;
  for (std::size_t c = 0; c < thread_classes; ++c) cache.room[c] = room_of(c);
}

/// Buffers above thread_limit, kept by class up to a total.
struct LargeCache {
  std::mutex mutex;
  std::vector<std::vector<void*>> free;
  std::size_t cached = 0;
  std::optional<std::size_t> chosen_limit;

  /// Reads files at the first time, which is when the first large buffer is freed.
  std::size_t limit() {
    if (!chosen_limit) chosen_limit = machine_limits().memory / 4;
    return *chosen_limit;
  }

  void* take(std::size_t c) {
    const std::lock_guard lock(mutex);
    if (c >= free.size() || free[c].empty()) return nullptr;
    void* block = free[c].back();
    free[c].pop_back();
    cached -= class_size(c);
    return block;
  }

  bool put(void* block, std::size_t c) noexcept {
    const std::lock_guard lock(mutex);
    if (!caching) return false;
    try {
      if (cached + class_size(c) > limit()) return false;
      if (c >= free.size()) free.resize(c + 1);
      free[c].push_back(block);
    } catch (const std::bad_alloc&) {
      return false;
    }
    cached += class_size(c);
    return true;
  }

  void trim(std::size_t target) {
    const std::lock_guard lock(mutex);
    for (std::size_t c = free.size(); c-- > 0 && cached > target;) {
      while (!free[c].empty() && cached > target) {
        to_system(free[c].back(), c);
        free[c].pop_back();
        cached -= class_size(c);
      }
    }
  }
};

/// Never destroyed: tensors in static variables may outlive every destructor of ours. Made without
/// memory, so that it can be asked when there is none.
union Forever {
  LargeCache cache;
  constexpr Forever() : cache() {}
  ~Forever() {}
};
constinit Forever large;

[[gnu::cold, gnu::noinline]] void* allocate_at_last(std::size_t bytes, std::size_t c) {
  const std::size_t cached = memory_stats().cached;
  empty_cache();
  if (bytes <= largest_block) {
    if (void* block = from_system(c)) return block;
  }
  std::array<char, 64> request{};
  FixedText(request) << "a block of " << bytes << " bytes";
  throw MemoryError("tensor", request.data(), bytes, cached);
}

[[gnu::noinline]] void* allocate_slowly(std::size_t bytes, std::size_t c) {
  if (bytes > largest_block) return allocate_at_last(bytes, c);
  void* block = nullptr;
  if (c >= thread_classes) {
    block = large.cache.take(c);
  } else {
    open_thread_cache();
  }
  if (!block) block = from_system(c);
  return block ? block : allocate_at_last(bytes, c);
}

[[gnu::noinline]] void deallocate_slowly(void* block, std::size_t c) noexcept {
  if (c >= thread_classes && large.cache.put(block, c)) return;
  to_system(block, c);
}

std::size_t thread_cached_bytes() {
  std::size_t bytes = 0;
  for (std::size_t c = 0; c < thread_classes; ++c) {
    for (FreeBlock* block = cache.head[c]; block; block = block->next) bytes += class_size(c);
  }
  return bytes;
}

}  // namespace

void* allocate(std::size_t bytes) {
  const std::size_t c = class_of(bytes);
  if (c < thread_classes) {
    if (FreeBlock* block = cache.head[c]) {
      cache.head[c] = block->next;
      ++cache.room[c];
      return block;
    }
  }
  return allocate_slowly(bytes, c);
}

void deallocate(void* block, std::size_t bytes) noexcept {
  const std::size_t c = class_of(bytes);
  if (c < thread_classes && cache.room[c] > 0) {
    --cache.room[c];
    auto* freed = static_cast<FreeBlock*>(block);
    freed->next = cache.head[c];
    cache.head[c] = freed;
    return;
  }
  deallocate_slowly(block, c);
}

MemoryStats memory_stats() {
  const std::lock_guard lock(large.cache.mutex);
  const std::size_t cached = thread_cached_bytes() + large.cache.cached;
  return {.in_use = system_bytes.load(std::memory_order_relaxed) - cached,
          .cached = cached,
          .peak = system_peak.load(std::memory_order_relaxed)};
}

void reset_memory_peak() {
  system_peak.store(system_bytes.load(std::memory_order_relaxed), std::memory_order_relaxed);
}

void empty_cache() {
  release_thread_blocks();
  large.cache.trim(0);
#if defined(__GLIBC__)
  ::malloc_trim(0);  // free() keeps what is small, or lies below something that is in use
#endif
}

std::size_t cache_limit() {
  const std::lock_guard lock(large.cache.mutex);
  return large.cache.limit();
}

void set_cache_limit(std::size_t bytes) {
  {
    const std::lock_guard lock(large.cache.mutex);
    large.cache.chosen_limit = bytes;
  }
  large.cache.trim(bytes);
}

}  // namespace tapegrad
