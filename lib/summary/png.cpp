#include "summary/png.hpp"

#include <png.h>

#include "core/check.hpp"

namespace tapegrad::summary {

std::string encode_png(std::span<const std::uint8_t> pixels, std::uint32_t width,
                       std::uint32_t height, std::uint32_t channels) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = channels == 1 ? PNG_FORMAT_GRAY : channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_RGBA;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string bytes(size, '\0');
  const int ok =
      png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels.data(), 0, nullptr);
  const std::string reason = image.message;
  png_image_free(&image);
  check<IoError>(ok != 0, "summary: a {} x {} image can't be encoded as PNG: {}", width, height,
                 reason);
  bytes.resize(size);
  return bytes;
}

}  // namespace tapegrad::summary
