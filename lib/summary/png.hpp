// Pixels to the bytes of a PNG file. The only file here that includes png.h is png.cpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace tapegrad::summary {

/// `pixels`: rows from the top, `channels` (1, 3 or 4) bytes for each pixel.
std::string encode_png(std::span<const std::uint8_t> pixels, std::uint32_t width,
                       std::uint32_t height, std::uint32_t channels);

}  // namespace tapegrad::summary
