// An error that must not need what it reports the lack of: no heap in this file.
#include "core/check.hpp"
#include "tapegrad/error.hpp"
#include "tapegrad/memory.hpp"

namespace tapegrad {

MemoryError::MemoryError(std::string_view operation, std::string_view request, std::size_t wanted,
                         std::size_t released) noexcept
    : Error(""), name_size_(operation.size()), wanted_(wanted), released_(released) {
  format_into(text_,
              "{}: out of memory: {}; {} bytes of the cache were given back "
              "first, {} bytes are in use",
              operation, request, released, memory_stats().in_use);
}

MemoryError::MemoryError(std::string_view operation, const MemoryError& inner) noexcept
    : Error(""), name_size_(operation.size()), wanted_(inner.wanted_), released_(inner.released_) {
  format_into(text_, "{}{}", operation, inner.text_ + inner.name_size_);
}

}  // namespace tapegrad
