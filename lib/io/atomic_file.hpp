// A file that appears whole or not at all. What it holds is the caller's business.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace tapegrad::io {

/// Collects bytes in a temporary file beside `path` and puts that in its place on commit(), so that
/// a crash at any moment leaves either the old file or the new one. Without commit() the temporary
/// file disappears with this object. A symbolic link stays and its target is replaced; the
/// permissions of a file that is replaced stay.
class AtomicFile {
 public:
  /// `operation` opens the text of every IoError.
  AtomicFile(std::string operation, std::string path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }

  /// For a library that writes by name: the file at this path, which may also be replaced, is what
  /// commit() puts in place.
  const std::string& temporary_path() const { return temporary_; }

  /// Everything is on the disk, under its name, when this returns.
  void commit();

 private:
  AtomicFile(std::string operation, std::string path, std::string target);
  void create_temporary();
  void close();
  [[noreturn]] void fail_of_system(std::string_view what) const;

  std::string operation_;
  std::string path_;
  std::string folder_;
  std::string target_;
  std::string temporary_;
  int descriptor_ = -1;
};

}  // namespace tapegrad::io
