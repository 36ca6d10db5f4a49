#include "core/naming.hpp"

#include "tapegrad/memory.hpp"

namespace tapegrad {

void throw_renamed(std::string_view operation, const MemoryError& inner) {
  throw MemoryError(operation, inner);
}

void throw_no_room(std::string_view operation) {
  const std::size_t cached = memory_stats().cached;
  empty_cache();
  throw MemoryError(operation, "a small list finds no room", 0, cached);
}

}  // namespace tapegrad
