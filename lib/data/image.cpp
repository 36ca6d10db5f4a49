// What load_image() makes of pixels, whatever the format; save_image().
#include <string_view>
#include <vector>

#include "data/open_file.hpp"
#include "data/pixels.hpp"
#include "io/atomic_file.hpp"
#include "io/png.hpp"
#include "tapegrad/data/images.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad::data {
namespace {

std::vector<std::byte> file_bytes(const std::string& path) {
  const OpenFile file("load_image", path);
  std::vector<std::byte> bytes(file.size());
  file.read(0, bytes);
  return bytes;
}

/// Pillow's: 0.299 R + 0.587 G + 0.114 B in units of 2^-16, rounded.
Tensor luma(const Tensor& colours) {
  Tensor sum = colours[0].to(int32) * 19595 + 0x8000;
  sum.add_(colours[1].to(int32), 38470).add_(colours[2].to(int32), 7471);
  return floor_divide(sum, 0x10000).to(uint8).unsqueeze(0);
}

Tensor colours_of(const Tensor& planes) {
  const bool gray = planes.size(0) < 3;
  return gray ? planes.narrow(0, 0, 1).expand({3, -1, -1}) : planes.narrow(0, 0, 3);
}

Tensor opacity_of(const Tensor& planes) {
  const std::int64_t last = planes.size(0) - 1;
  return last % 2 == 1 ? planes.narrow(0, last, 1)
                       : full({1, planes.size(1), planes.size(2)}, 255, uint8);
}

Tensor with_channels(const Tensor& planes, Channels channels) {
  if (channels == Channels::rgb) return colours_of(planes);
  if (channels == Channels::rgba) return cat({colours_of(planes), opacity_of(planes)});
  return planes.size(0) < 3 ? planes.narrow(0, 0, 1) : luma(colours_of(planes));
}

}  // namespace

Tensor room_for(std::span<const std::byte> bytes, std::string_view path, const Claim& claim) {
  constexpr std::uint64_t most = std::uint64_t{1} << 28;
  const auto [height, width, channels, in_byte] = claim;
  check<IoError>(height > 0 && width > 0 && height <= most / width,
                 "load_image: an image of {} x {} pixels, of {} at most: {}", width, height, most,
                 path);
  check<IoError>(height * width / in_byte <= bytes.size(),
                 "load_image: {} x {} pixels can't be in {} bytes: {}", width, height, bytes.size(),
                 path);
  return empty({height, width, channels}, {.dtype = uint8});
}

Tensor read_image(std::span<const std::byte> bytes, std::string_view path, Channels channels) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const bool is_png = text.starts_with("\x89PNG\r\n\x1a\n");
  check<IoError>(is_png || text.starts_with("\xFF\xD8\xFF"),
                 "load_image: neither PNG nor JPEG: {} bytes in {}", bytes.size(), path);
  const Tensor pixels = is_png ? decode_png(bytes, path) : decode_jpeg(bytes, path);
  return with_channels(pixels.permute({2, 0, 1}), channels).contiguous();
}

Tensor load_image(const std::string& path, Channels channels) {
  check<Error>(
      channels == Channels::gray || channels == Channels::rgb || channels == Channels::rgba,
      "load_image: Channels({}) is none of gray, rgb and rgba", static_cast<int>(channels));
  return read_image(file_bytes(path), path, channels);
}

void save_image(const std::string& path, const Tensor& image) {
  check_defined("save_image", path, image);
  const io::Png png = io::png_of("save_image", image);
  io::AtomicFile file("save_image", path);
  file.write(png.bytes);
  file.commit();
}

}  // namespace tapegrad::data
