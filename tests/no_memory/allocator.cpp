#include "no_memory/allocator.hpp"

#include <atomic>
#include <cstdlib>
#include <limits>
#include <new>

namespace {

constexpr std::int64_t no_end = std::numeric_limits<std::int64_t>::max();

std::atomic<std::int64_t> left{no_end};
std::atomic<bool> refused{false};

bool may_allocate() {
  if (left.load() == no_end) return true;
  if (left.fetch_sub(1) > 0) return true;
  refused = true;
  return false;
}

void* allocated(std::size_t bytes, std::size_t alignment) {
  if (!may_allocate()) return nullptr;
  const std::size_t whole = (bytes + alignment - 1) / alignment * alignment;
  return std::aligned_alloc(alignment, whole > 0 ? whole : alignment);
}

void* allocated_or_thrown(std::size_t bytes, std::size_t alignment) {
  void* block = allocated(bytes, alignment);
  if (!block) throw std::bad_alloc();
  return block;
}

std::size_t number(std::align_val_t alignment) { return static_cast<std::size_t>(alignment); }

}  // namespace

namespace tapegrad::test {

void end_memory_after(std::int64_t count) {
  refused = false;
  left = count;
}

bool give_memory_again() {
  left = no_end;
  return refused;
}

}  // namespace tapegrad::test

void* operator new(std::size_t bytes) { return allocated_or_thrown(bytes, 16); }
void* operator new(std::size_t bytes, std::align_val_t a) {
  return allocated_or_thrown(bytes, number(a));
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return allocated(bytes, 16);
}
void* operator new(std::size_t bytes, std::align_val_t a, const std::nothrow_t&) noexcept {
  return allocated(bytes, number(a));
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { std::free(block); }
