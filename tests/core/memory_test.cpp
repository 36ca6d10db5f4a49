#include "core/memory.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/memory.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

constexpr std::size_t small = 1000;
constexpr std::size_t large = 3 << 20;

/// Under AddressSanitizer nothing is kept, so that it sees every use after free.
bool caches() {
  empty_cache();
  deallocate(allocate(large), large);
  const bool kept = memory_stats().cached >= large;
  empty_cache();
  return kept;
}

/// Sets the limit of large buffers for a scope.
struct CacheLimit {
  explicit CacheLimit(std::size_t bytes) { set_cache_limit(bytes); }
  ~CacheLimit() { set_cache_limit(before); }
  const std::size_t before = cache_limit();
};

}  // namespace

TEST_CASE("blocks are aligned, hold their size and keep apart", "[core][memory]") {
  struct Block {
    unsigned char* data;
    std::size_t bytes;
  };
  std::vector<Block> blocks;
  const std::size_t sizes[] = {0,    1,    63,   64,    65,    1023,           1024,
                               1025, 1281, 4097, 65535, 65536, (64 << 10) + 1, 1 << 20};
  for (int copy = 0; copy < 3; ++copy) {
    for (const std::size_t bytes : sizes) {
      auto* data = static_cast<unsigned char*>(allocate(bytes));
      REQUIRE(reinterpret_cast<std::uintptr_t>(data) % 64 == 0);
      std::memset(data, static_cast<int>(blocks.size()), bytes);
      blocks.push_back({data, bytes});
    }
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto all_mine = [i](unsigned char byte) { return byte == i; };
    CHECK(std::all_of(blocks[i].data, blocks[i].data + blocks[i].bytes, all_mine));
    deallocate(blocks[i].data, blocks[i].bytes);
  }
}

TEST_CASE("what fills several huge pages begins with one", "[core][memory]") {
  constexpr std::size_t page = 2 << 20;
  for (const std::size_t bytes : {2 * page, 2 * page + 1, 3 * page, 33 * page}) {
    void* block = allocate(bytes);
    CHECK(reinterpret_cast<std::uintptr_t>(block) % page == 0);
    std::memset(block, 1, bytes);
    deallocate(block, bytes);
  }
}

TEST_CASE("a freed block serves the next request of its size", "[core][memory]") {
  if (!caches()) return;
  for (const std::size_t bytes : {small, large}) {
    void* first = allocate(bytes);
    deallocate(first, bytes);
    void* second = allocate(bytes - 1);
    CHECK(second == first);
    deallocate(second, bytes - 1);
  }
}

TEST_CASE("statistics tell what is in use and what is kept", "[core][memory]") {
  for (const std::size_t bytes : {small, large}) {
    empty_cache();
    const MemoryStats before = memory_stats();
    void* block = allocate(bytes);
    const std::size_t taken = memory_stats().in_use - before.in_use;
    CHECK(taken >= bytes);
    CHECK(taken <= bytes + bytes / 4);  // four sizes for each power of two
    CHECK(memory_stats().cached == before.cached);
    deallocate(block, bytes);
    CHECK(memory_stats().in_use == before.in_use);
    if (caches()) {
      deallocate(allocate(bytes), bytes);
      CHECK(memory_stats().cached == before.cached + taken);
    }
  }
}

TEST_CASE("the peak is the most that was taken from the system at a time", "[core][memory]") {
  empty_cache();
  reset_memory_peak();
  const MemoryStats before = memory_stats();
  CHECK(before.peak == before.in_use + before.cached);
  deallocate(allocate(large), large);
  empty_cache();
  const std::size_t one = memory_stats().peak - before.peak;
  CHECK(one >= large);
  CHECK(one <= large + large / 4);
  void* first = allocate(large);
  deallocate(allocate(large), large);
  deallocate(first, large);
  CHECK(memory_stats().peak == before.peak + 2 * one);
  empty_cache();
  CHECK(memory_stats().peak == before.peak + 2 * one);
  reset_memory_peak();
  CHECK(memory_stats().peak == before.peak);
}

TEST_CASE("empty_cache gives everything back", "[core][memory]") {
  deallocate(allocate(small), small);
  deallocate(allocate(large), large);
  empty_cache();
  CHECK(memory_stats().cached == 0);
}

TEST_CASE("large buffers are kept up to the limit", "[core][memory]") {
  if (!caches()) return;
  {
    const CacheLimit limit(large + large / 2);
    void* first = allocate(large);
    void* second = allocate(large);
    deallocate(first, large);
    deallocate(second, large);
    CHECK(memory_stats().cached >= large);
    CHECK(memory_stats().cached < 2 * large);
    set_cache_limit(0);
    CHECK(memory_stats().cached == 0);
    deallocate(allocate(large), large);
    CHECK(memory_stats().cached == 0);
  }
  deallocate(allocate(large), large);
  CHECK(memory_stats().cached >= large);
  empty_cache();
}

TEST_CASE("tensors that other threads free leave nothing in use", "[core][memory]") {
  empty_cache();
  const std::size_t before = memory_stats().in_use;
  for (const std::int64_t count : {10, 1000000}) {
    std::vector<Tensor> tensors;
    for (int i = 0; i < 20; ++i) tensors.push_back(full({count}, i));
    std::thread([&] { tensors.clear(); }).join();
  }
  empty_cache();
  CHECK(memory_stats().in_use == before);
}

TEST_CASE("blocks that travel between threads keep their contents", "[core][memory]") {
  // Each thread checks and frees what the other one made in the round before.
  std::vector<Tensor> made[2];
  int wrong[2] = {0, 0};
  for (int round = 0; round < 200; ++round) {
    std::vector<Tensor> received[2] = {std::move(made[1]), std::move(made[0])};
    std::thread threads[2];
    for (std::size_t t = 0; t < 2; ++t) {
      threads[t] = std::thread([&, t] {
        made[t].clear();
        for (int i = 0; i < 10; ++i) made[t].push_back(full({1 + 37 * i}, round + i));
        for (const Tensor& x : received[t]) {
          const std::vector<std::int64_t> values = x.to_vector<std::int64_t>();
          for (const std::int64_t v : values) wrong[t] += v != values[0];
        }
        received[t].clear();
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  CHECK(wrong[0] + wrong[1] == 0);
}

TEST_CASE("a shape that no memory can hold is told from one whose bytes 64 bits can't count",
          "[core][memory]") {
  constexpr std::int64_t count = std::int64_t{1} << 60;
  CHECK_THROWS_AS(empty({count}), MemoryError);
  CHECK_THROWS_AS(empty({count, 4}, {.dtype = float64}), ShapeError);
}
