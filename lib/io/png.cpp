#include "io/png.hpp"

#include <png.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/check.hpp"

namespace tapegrad::io {
namespace {

/// Bytes by row, column, channel, from [h, w] or [channels, h, w].
std::vector<std::uint8_t> pixels_of(const Tensor& image) {
  const Tensor planes = image.dim() == 2 ? image.unsqueeze(0) : image;
  const Tensor rows = planes.detach().permute({1, 2, 0});
  if (rows.dtype() == uint8) return rows.to_vector<std::uint8_t>();
  std::vector<std::uint8_t> bytes;
  for (const float v : rows.to_vector<float>()) {
    const float clamped = v > 0 ? std::min(v, 1.0f) : 0.0f;  // NaN is black
    bytes.push_back(static_cast<std::uint8_t>(std::lround(clamped * 255)));
  }
  return bytes;
}

void check_image(std::string_view operation, const Tensor& image) {
  const std::int64_t channels = image.dim() == 2 ? 1 : image.dim() == 3 ? image.size(0) : 0;
  check<ShapeError>((channels == 1 || channels == 3 || channels == 4) && image.numel() > 0 &&
                        image.size(-1) <= 65535 && image.size(-2) <= 65535,
                    "{}: shape {}; use [height, width], or [channels, height, width] with "
                    "1, 3 or 4 channels, none of them empty",
                    operation, image.shape());
  check<DTypeError>(image.dtype() == uint8 || is_floating(image.dtype()),
                    "{}: {}; use uint8, or floats from 0 to 1", operation, image.dtype());
}

}  // namespace

Png png_of(std::string_view operation, const Tensor& tensor) {
  check_image(operation, tensor);
  Png file;
  file.width = static_cast<std::uint32_t>(tensor.size(-1));
  file.height = static_cast<std::uint32_t>(tensor.size(-2));
  file.channels = tensor.dim() == 2 ? 1 : static_cast<std::uint32_t>(tensor.size(0));
  const std::vector<std::uint8_t> pixels = pixels_of(tensor);
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = file.width;
  image.height = file.height;
  image.format = file.channels == 1   ? PNG_FORMAT_GRAY
                 : file.channels == 3 ? PNG_FORMAT_RGB
                                      : PNG_FORMAT_RGBA;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  file.bytes.resize(size);
  const int ok =
      png_image_write_to_memory(&image, file.bytes.data(), &size, 0, pixels.data(), 0, nullptr);
  const std::string reason = image.message;
  png_image_free(&image);
  check<IoError>(ok != 0, "{}: a {} x {} image can't be encoded as PNG: {}", operation, file.width,
                 file.height, reason);
  file.bytes.resize(size);
  return file;
}

}  // namespace tapegrad::io
