// A file that is read piece by piece, so that one larger than memory can be, and one that becomes
// shorter meanwhile is an error: a mapping would end the process there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "io/descriptor.hpp"

namespace tapegrad::data {

class OpenFile {
 public:
  /// Throws IoError, which `operation` opens, for what can't be opened or is no regular file.
  OpenFile(std::string operation, std::string path);

  const std::string& operation() const { return operation_; }
  const std::string& path() const { return path_; }
  /// In bytes, when it was opened.
  std::uint64_t size() const { return size_; }

  /// Fills `to` with the bytes from `offset` on, in any number of threads. Throws IoError where
  /// they can't be read or are no longer there.
  void read(std::uint64_t offset, std::span<std::byte> to) const;

 private:
  std::string operation_;
  std::string path_;
  io::Descriptor file_;
  std::uint64_t size_ = 0;
};

}  // namespace tapegrad::data
