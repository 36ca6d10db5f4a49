// Asking for memory before it is read.
#pragma once

#include <cstddef>

namespace tapegrad {

enum class Cache { first = 3, second = 2 };

/// It comes while something else is computed. Who calls this, and does nothing that can be seen,
/// has to be inlined as well: g++ drops calls of functions without an effect, and counts this none.
template <Cache to>
[[gnu::always_inline]] inline void fetch(const void* from, std::size_t bytes) {
  constexpr std::size_t line = 64;
  for (std::size_t i = 0; i < bytes; i += line) {
    __builtin_prefetch(static_cast<const std::byte*>(from) + i, 0, static_cast<int>(to));
  }
}

}  // namespace tapegrad
