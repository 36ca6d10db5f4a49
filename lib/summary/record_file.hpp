// A file of records, each with its length and two masked checksums: TensorFlow's TFRecord framing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tapegrad::summary {

/// CRC-32C of RFC 3720, rotated and shifted as the framing wants it, so that checksums of data
/// that hold checksums stay good.
std::uint32_t masked_crc32c(std::string_view bytes);

/// Adds the frame of one record to `out`: length, its checksum, the bytes, their checksum.
void append_record(std::string& out, std::string_view record);

/// A new file that only grows. Errors are IoError with the path and the system's reason.
class RecordFile {
 public:
  /// Fails when the file exists.
  explicit RecordFile(std::string path);
  RecordFile(const RecordFile&) = delete;
  RecordFile& operator=(const RecordFile&) = delete;
  ~RecordFile();

  const std::string& path() const { return path_; }
  void write(std::string_view bytes);
  void sync();
  /// Takes the file out of its folder.
  void remove();
  /// Whether the path still names this file: a cleaned log folder must not swallow events silently.
  void check_still_there() const;

 private:
  [[noreturn]] void fail_with(std::string_view what) const;

  std::string path_;
  int descriptor_ = -1;
};

}  // namespace tapegrad::summary
