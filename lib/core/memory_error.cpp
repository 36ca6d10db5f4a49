// An error that must not need what it reports the lack of: no heap in this file.
#include <fmt/format.h>  // format_to(): clang finds it in no library

#include "core/check.hpp"
#include "tapegrad/error.hpp"
#include "tapegrad/memory.hpp"

namespace tapegrad {

MemoryError::MemoryError(std::string_view operation, std::string_view request, std::size_t wanted,
                         std::size_t released) noexcept
    : Error(""), name_size_(operation.size()), wanted_(wanted), released_(released) {
  const auto end = fmt::format_to_n(text_, sizeof(text_) - 1,
                                    "{}: out of memory: {}; {} bytes of the cache were given back "
                                    "first, {} bytes are in use",
                                    operation, request, released, memory_stats().in_use);
  *end.out = '\0';
}

MemoryError::MemoryError(std::string_view operation, const MemoryError& inner) noexcept
    : Error(""), name_size_(operation.size()), wanted_(inner.wanted_), released_(inner.released_) {
  const auto end =
      fmt::format_to_n(text_, sizeof(text_) - 1, "{}{}", operation, inner.text_ + inner.name_size_);
  *end.out = '\0';
}

}  // namespace tapegrad
