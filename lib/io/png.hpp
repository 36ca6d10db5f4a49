// Images as the bytes of PNG files. The only file here that includes png.h is png.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tapegrad/tensor.hpp"

namespace tapegrad::io {

struct Png {
  std::uint32_t width;
  std::uint32_t height;
  std::uint32_t channels;
  std::string bytes;
};

/// Of [height, width], or [channels, height, width] with 1, 3 or 4 channels; uint8 as it is, floats
/// from 0 to 1, clamped. Throws ShapeError and DTypeError for others, in the name of `operation`.
Png png_of(std::string_view operation, const Tensor& image);

}  // namespace tapegrad::io
