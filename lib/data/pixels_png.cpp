// The library reports errors to a function that must not return: it jumps back to where it was
// called, over no object of C++ that has a destructor.
#include <csetjmp>
#include <cstring>

#include <png.h>

#include "data/pixels.hpp"

namespace tapegrad::data {
namespace {

class PngDecoder {
 public:
  explicit PngDecoder(std::span<const std::byte> bytes) : rest_(bytes) {
    png_ = png_create_read_struct(
        PNG_LIBPNG_VER_STRING, this,
        [](png_structp png, png_const_charp message) { of(png).give_up(message); },
        [](png_structp, png_const_charp) {});
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
  }
  PngDecoder(const PngDecoder&) = delete;
  PngDecoder& operator=(const PngDecoder&) = delete;
  ~PngDecoder() { png_destroy_read_struct(&png_, &info_, nullptr); }

  /// The header. False when that fails, as all of these.
  bool begin() {
    if (info_ == nullptr) return false;
    if (setjmp(back_) != 0) return false;
    png_set_read_fn(png_, nullptr, [](png_structp png, png_bytep to, std::size_t count) {
      of(png).read(to, count);
    });
    // What says nothing about pixels as they are stored may be damaged, or unpack to gigabytes.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_read_info(png_, info_);
    png_set_expand(png_);    // palettes, fewer bits than 8 and a transparent colour
    png_set_strip_16(png_);  // the upper 8 of 16 bits, as Pillow has them
    passes_ = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }
  /// Rows from the top to the memory that there is for them, and all that is behind.
  bool read_rows(std::uint8_t* to) {
    if (setjmp(back_) != 0) return false;
    const std::size_t width = png_get_rowbytes(png_, info_);
    for (int pass = 0; pass < passes_; ++pass) {
      for (std::size_t row = 0; row < height(); ++row) {
        png_read_row(png_, to + row * width, nullptr);
      }
    }
    png_read_end(png_, nullptr);
    return true;
  }

  std::uint32_t height() const { return png_get_image_height(png_, info_); }
  std::uint32_t width() const { return png_get_image_width(png_, info_); }
  std::int64_t channels() const { return png_get_channels(png_, info_); }
  const char* message() const { return message_; }

 private:
  static PngDecoder& of(png_structp png) {
    return *static_cast<PngDecoder*>(png_get_error_ptr(png));
  }
  [[noreturn]] void give_up(const char* message) {
    std::strncpy(message_, message, sizeof message_ - 1);
    std::longjmp(back_, 1);
  }
  void read(png_bytep to, std::size_t count) {
    if (count > rest_.size()) give_up("the file is cut short");
    std::memcpy(to, rest_.data(), count);
    rest_ = rest_.subspan(count);
  }

  std::span<const std::byte> rest_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  int passes_ = 1;
  std::jmp_buf back_{};
  char message_[128] = "no memory";
};

}  // namespace

Tensor decode_png(std::span<const std::byte> bytes, std::string_view path) {
  PngDecoder decoder(bytes);
  check<IoError>(decoder.begin(), "load_image: {}: {}", decoder.message(), path);
  // Deflate makes at most 1032 bytes of one, and a byte may have eight pixels.
  Tensor result = room_for(bytes, path,
                           {.height = decoder.height(),
                            .width = decoder.width(),
                            .channels = decoder.channels(),
                            .most_pixels_in_byte = 1032 * 8});
  check<IoError>(decoder.read_rows(result.mutable_data<std::uint8_t>()), "load_image: {}: {}",
                 decoder.message(), path);
  return result;
}

}  // namespace tapegrad::data
