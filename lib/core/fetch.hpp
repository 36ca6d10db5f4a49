// Asking for memory before it is read.
#pragma once

#include <cstddef>

namespace tapegrad {

/// It comes while something else is computed. Who calls this, and does nothing that can be seen,
/// has to be inlined as well: g++ drops calls of functions without an effect, and counts this none.
[[gnu::always_inline]] inline void fetch(const void* from, std::size_t bytes) {
  constexpr std::size_t line = 64;
  for (std::size_t i = 0; i < bytes; i += line) {
    __builtin_prefetch(static_cast<const std::byte*>(from) + i);
  }
}

}  // namespace tapegrad
