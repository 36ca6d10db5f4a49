// Files within a zip archive. What they hold is the caller's business.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/input.hpp"

struct zip;

namespace tapegrad::io {

/// Reads archives that are stored or deflated. `input` must outlive it.
class ZipReader {
 public:
  /// Throws IoError for a damaged archive and for one whose entries claim more than its bytes can
  /// hold, before anything is unpacked.
  explicit ZipReader(const Input& input);

  std::size_t size() const { return entries_.size(); }
  const std::string& name(std::size_t i) const { return entries_[i].name; }
  /// Throws IoError for an entry that can't be unpacked, or whose name misleads.
  void check_entry(std::size_t i) const;
  /// The unpacked entry. Throws IoError if its checksum is wrong, and for one that is encrypted or
  /// packed in another way.
  Input read(std::size_t i) const;

 private:
  struct Entry {
    std::string name;
    std::uint64_t size;
    std::string_view problem;  // why it can't be unpacked; the others can
  };
  [[noreturn]] void fail_entry(std::string_view name, std::string_view what) const;
  void check_names();
  Entry describe(std::uint64_t index, std::uint64_t& packed) const;

  const Input& input_;
  std::shared_ptr<zip> archive_;
  std::vector<Entry> entries_;
};

/// A file to be put into an archive: its pieces one behind the other, which must outlive the
/// writing.
struct ZipFile {
  std::string name;
  std::vector<std::span<const std::byte>> pieces;
};

/// Writes an archive over the file at `path`. Times are left out, so that the same files give the
/// same bytes. `target` is what IoErrors name.
void write_zip(const std::string& operation, const std::string& target, const std::string& path,
               std::span<const ZipFile> files, bool compress);

}  // namespace tapegrad::io
