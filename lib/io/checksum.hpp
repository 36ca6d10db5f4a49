// CRC-32 as zlib, gzip and PNG have it, so that any language can check it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tapegrad::io {

/// The checksum of bytes that follow those whose checksum is `before`.
std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before = 0);
inline std::uint32_t crc32(std::string_view text, std::uint32_t before = 0) {
  return crc32(std::as_bytes(std::span(text)), before);
}

/// Eight digits: "0badcafe".
std::string checksum_text(std::uint32_t checksum);

}  // namespace tapegrad::io
