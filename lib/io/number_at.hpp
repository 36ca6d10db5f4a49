// Numbers among the bytes of a file.
#pragma once

#include <cstdint>
#include <string_view>

namespace tapegrad::io {

/// Little-endian; 0 where the bytes end before.
inline std::uint64_t number_at(std::string_view bytes, std::size_t offset, std::size_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset) return 0;
  std::uint64_t number = 0;
  for (std::size_t i = size; i-- > 0;) {
    number = number << 8 | static_cast<unsigned char>(bytes[offset + i]);
  }
  return number;
}

}  // namespace tapegrad::io
