// The library reports errors to a function that must not return: it jumps back to where it was
// called, over no object of C++ that has a destructor.
#include <csetjmp>
#include <cstdio>  // jpeglib.h needs it before

#include <jerror.h>
#include <jpeglib.h>

#include "data/pixels.hpp"

namespace tapegrad::data {
namespace {

/// Of warnings: no pixel is in doubt.
bool is_harmless(int code) {
  return code == JWRN_EXTRANEOUS_DATA || code == JWRN_ADOBE_XFORM || code == JWRN_JFIF_MAJOR ||
         code == JWRN_TOO_MUCH_DATA;
}

class JpegDecoder {
 public:
  JpegDecoder() {
    jpeg_.err = jpeg_std_error(&errors_);
    jpeg_.client_data = this;
    errors_.error_exit = [](j_common_ptr jpeg) { of(jpeg).give_up(jpeg); };
    errors_.emit_message = [](j_common_ptr jpeg, int level) {
      // The library fills up what is missing of a damaged file, and warns.
      if (level < 0 && !is_harmless(jpeg->err->msg_code)) of(jpeg).give_up(jpeg);
    };
  }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;
  ~JpegDecoder() { jpeg_destroy_decompress(&jpeg_); }

  /// The header. False when that fails, as all of these.
  bool begin(std::span<const std::byte> bytes) {
    if (setjmp(back_) != 0) return false;
    jpeg_create_decompress(&jpeg_);
    jpeg_mem_src(&jpeg_, reinterpret_cast<const unsigned char*>(bytes.data()),
                 static_cast<unsigned long>(bytes.size()));
    jpeg_read_header(&jpeg_, TRUE);
    jpeg_.out_color_space = jpeg_.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_calc_output_dimensions(&jpeg_);
    return true;
  }
  /// Rows from the top to the memory that there is for them.
  bool read_rows(std::uint8_t* to) {
    if (setjmp(back_) != 0) return false;
    jpeg_start_decompress(&jpeg_);
    const std::size_t width = std::size_t{jpeg_.output_width} * channels();
    while (jpeg_.output_scanline < jpeg_.output_height) {
      JSAMPROW row = to + jpeg_.output_scanline * width;
      jpeg_read_scanlines(&jpeg_, &row, 1);
    }
    jpeg_finish_decompress(&jpeg_);
    return true;
  }

  std::uint64_t height() const { return jpeg_.image_height; }
  std::uint64_t width() const { return jpeg_.image_width; }
  std::size_t channels() const { return jpeg_.num_components == 1 ? 1 : 3; }
  const char* message() const { return message_; }

 private:
  static JpegDecoder& of(j_common_ptr jpeg) {
    return *static_cast<JpegDecoder*>(jpeg->client_data);
  }
  [[noreturn]] void give_up(j_common_ptr jpeg) {
    errors_.format_message(jpeg, message_);
    std::longjmp(back_, 1);
  }

  jpeg_decompress_struct jpeg_{};
  jpeg_error_mgr errors_{};
  std::jmp_buf back_{};
  char message_[JMSG_LENGTH_MAX] = "";
};

}  // namespace

Tensor decode_jpeg(std::span<const std::byte> bytes, std::string_view path) {
  JpegDecoder decoder;
  check<IoError>(decoder.begin(bytes), "load_image: {}: {}", decoder.message(), path);
  // A bit for each block of 64 pixels, or, in arithmetic coding, for some of them.
  Tensor result = room_for(bytes, path,
                           {.height = decoder.height(),
                            .width = decoder.width(),
                            .channels = static_cast<std::int64_t>(decoder.channels()),
                            .most_pixels_in_byte = std::uint64_t{1} << 12});
  check<IoError>(decoder.read_rows(result.mutable_data<std::uint8_t>()), "load_image: {}: {}",
                 decoder.message(), path);
  return result;
}

}  // namespace tapegrad::data
