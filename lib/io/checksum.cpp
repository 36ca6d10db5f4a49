#include "io/checksum.hpp"

#include <fmt/core.h>
#include <isa-l/crc.h>

namespace tapegrad::io {

std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before) {
  return ::crc32_gzip_refl(before, reinterpret_cast<const unsigned char*>(bytes.data()),
                           bytes.size());
}

std::string checksum_text(std::uint32_t checksum) { return fmt::format("{:08x}", checksum); }

}  // namespace tapegrad::io
