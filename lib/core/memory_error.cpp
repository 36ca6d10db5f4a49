// An error that must not need what it reports the lack of: no heap in this file.
#include <array>
#include <cstring>
#include <span>

#include "core/fixed_text.hpp"
#include "core/scope.hpp"
#include "tapegrad/error.hpp"
#include "tapegrad/memory.hpp"

namespace tapegrad {

MemoryError::MemoryError(std::string_view operation, std::string_view request, std::size_t wanted,
                         std::size_t released) noexcept
    : Error(""), name_size_(operation.size()), wanted_(wanted), released_(released) {
  FixedText(text_) << operation << ": out of memory: " << request << "; " << released
                   << " bytes of the cache were given back first, " << memory_stats().in_use
                   << " bytes are in use";
  if (!current_scope) return;
  std::array<char, 256> place{};
  write_place(place, current_scope);
  add_place(place.data());
}

MemoryError::MemoryError(std::string_view operation, const MemoryError& inner) noexcept
    : Error(""), name_size_(operation.size()), wanted_(inner.wanted_), released_(inner.released_) {
  FixedText(text_) << operation << inner.text_ + inner.name_size_;
}

void MemoryError::add_place(std::string_view place) noexcept {
  const std::span<char> rest = std::span(text_).subspan(std::strlen(text_));
  if (rest.size() > place.size() + 4) FixedText(rest) << " (" << place << ")";
}

}  // namespace tapegrad
