// A file that appears whole or not at all. What it holds is the caller's business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "io/descriptor.hpp"

namespace tapegrad::io {

/// What becomes of a symbolic link at the path of a file.
enum class Links { followed, replaced };

/// Collects bytes in a temporary file beside `path` and puts that in its place on commit(), so that
/// a crash at any moment leaves either the old file or the new one. Without commit() the temporary
/// file disappears with this object. A symbolic link that is followed stays and its target is
/// replaced (a link to nothing is replaced itself); the permissions of a file that is replaced
/// stay.
class AtomicFile {
 public:
  /// `operation` opens the text of every IoError; the temporary file's name starts with `prefix`.
  AtomicFile(std::string operation, std::string path, std::string_view prefix = ".tapegrad-",
             Links links = Links::followed);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }
  /// Replaces bytes that were written before.
  void overwrite(std::uint64_t offset, std::string_view text);

  /// For a library that writes by name: the file at this path, which may also be replaced, is what
  /// commit() puts in place.
  const std::string& temporary_path() const { return temporary_.path; }

  /// Everything is on the disk, though not yet under its name, when this returns.
  void sync();
  /// Everything is on the disk, under its name, when this returns.
  void commit();

  /// Removes what processes that were killed left behind in a folder: the temporary files of this
  /// prefix that nobody is writing. Not for files that a library writes by name.
  static void remove_abandoned(const std::string& folder, std::string_view prefix);

 private:
  /// A file that is removed at the end of its scope unless the path is empty by then.
  struct Temporary {
    std::string path;
    ~Temporary();
  };

  void create_temporary(std::string_view prefix);
  bool claimed() const;
  /// With the system's reason, errno.
  [[noreturn]] void fail(std::string_view what) const;

  std::string operation_;
  std::string path_;
  std::string target_;
  std::string folder_;
  Temporary temporary_;
  // Locked as long as it is open, which tells a living writer's file from an abandoned one.
  Descriptor file_;
  bool synced_ = false;
};

}  // namespace tapegrad::io
