#include <png.h>

#include "data/pixels.hpp"

namespace tapegrad::data {
namespace {

/// The library's memory, given back at the end of the scope.
struct Image {
  png_image png{};
  Image() { png.version = PNG_IMAGE_VERSION; }
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;
  ~Image() { png_image_free(&png); }
};

}  // namespace

Tensor decode_png(std::span<const std::byte> bytes, std::string_view path) {
  Image image;
  const auto check_ok = [&](int ok) {
    check<IoError>(ok != 0, "load_image: {}: {}", image.png.message, path);
  };
  check_ok(png_image_begin_read_from_memory(&image.png, bytes.data(), bytes.size()));
  const bool colours = (image.png.format & PNG_FORMAT_FLAG_COLOR) != 0;
  const bool alpha = (image.png.format & PNG_FORMAT_FLAG_ALPHA) != 0;
  image.png.format = colours ? (alpha ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB)
                             : (alpha ? PNG_FORMAT_GA : PNG_FORMAT_GRAY);
  // Deflate makes at most 1032 bytes of one, and a byte may have eight pixels.
  Tensor result = room_for(bytes, path,
                           {.height = image.png.height,
                            .width = image.png.width,
                            .channels = (colours ? 3 : 1) + (alpha ? 1 : 0),
                            .most_pixels_in_byte = 1032 * 8});
  check_ok(
      png_image_finish_read(&image.png, nullptr, result.mutable_data<std::uint8_t>(), 0, nullptr));
  return result;
}

}  // namespace tapegrad::data
