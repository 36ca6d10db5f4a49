// Images as the decoders give them. Each format's library is included by one file: pixels_png.cpp,
// pixels_jpeg.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/check.hpp"
#include "tapegrad/data/images.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::data {

/// uint8 [height, width, channels]: 1 gray, 2 gray and opacity, 3 colours, 4 colours and opacity.
/// Both throw IoError, which names `path`, for what isn't whole.
Tensor decode_png(std::span<const std::byte> bytes, std::string_view path);
Tensor decode_jpeg(std::span<const std::byte> bytes, std::string_view path);

/// What an image claims to be, and what a byte of its format can hold.
struct Claim {
  std::uint64_t height;
  std::uint64_t width;
  std::int64_t channels;
  std::uint64_t most_pixels_in_byte;
};

/// Room for the pixels. Throws IoError for sizes beyond what load_image() takes or `bytes` can
/// hold, before there is memory.
Tensor room_for(std::span<const std::byte> bytes, std::string_view path, const Claim& claim);

/// What load_image() makes of a file with these bytes.
Tensor read_image(std::span<const std::byte> bytes, std::string_view path, Channels channels);

}  // namespace tapegrad::data
