// A file of records, each with its length and two masked checksums: TensorFlow's TFRecord framing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "io/descriptor.hpp"
#include "io/folder.hpp"
#include "tapegrad/error.hpp"

namespace tapegrad::summary {

/// CRC-32C of RFC 3720, rotated and shifted as the framing wants it, so that checksums of data
/// that hold checksums stay good.
std::uint32_t masked_crc32c(std::string_view bytes);

/// Adds the frame of one record to `out`: length, its checksum, the bytes, their checksum.
void append_record(std::string& out, std::string_view record);

/// A new file of whole records that only grows. Errors are IoError with the path and the system's
/// reason.
class RecordFile {
 public:
  /// The path names another file, or none: what is written is lost.
  struct Gone : IoError {
    using IoError::IoError;
  };

  /// Makes nothing yet.
  explicit RecordFile(std::string path) : path_(std::move(path)) {}
  RecordFile(const RecordFile&) = delete;
  RecordFile& operator=(const RecordFile&) = delete;
  /// A file without a whole record is removed, and so are the folders that were made for it.
  ~RecordFile();

  const std::string& path() const { return path_; }
  /// Makes the file and its folder, which the first write() does as well. Fails when the file
  /// exists.
  void open();
  /// Appends framed records, and takes from the front of `records` those that are in the file, all
  /// of them as a rule. When that fails, as on a full disk, the file ends with its last whole one,
  /// and the rest can be written later.
  void write(std::string& records);
  void sync();
  /// Takes the file out of its folder.
  void remove();
  /// Throws Gone unless the path still names this file: a cleaned log folder must not swallow
  /// events silently.
  void check_still_there() const;

 private:
  void cut_torn_record();
  [[noreturn]] void fail_with(std::string_view what, int reason) const;

  std::string path_;
  std::optional<io::MadeFolder> folder_;  // once the file is open
  io::Descriptor descriptor_;
  std::uint64_t whole_ = 0;  // bytes of whole records
  bool torn_ = false;        // something may stand behind them
};

}  // namespace tapegrad::summary
