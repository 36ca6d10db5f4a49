// Lines of a text file, which stay in it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/open_file.hpp"

namespace tapegrad::data {

class LineFile {
 public:
  /// Looks through the file for its lines, ended by LF. With a delimiter they are rows of a table,
  /// ended by LF, CRLF or CR outside of double quotes; a line of nothing but blanks is no row.
  /// Throws IoError for what can't be read.
  LineFile(std::string operation, const std::string& path,
           std::optional<char> delimiter = std::nullopt);

  std::int64_t count() const { return static_cast<std::int64_t>(begins_.size()) - 1; }
  const OpenFile& file() const { return file_; }

  /// These lines as they stand in the file; each ends with an LF, also where that had none.
  std::string text(std::span<const std::int64_t> lines) const;

 private:
  OpenFile file_;
  std::vector<std::uint64_t> begins_;  // of each line, and the end of the last
};

}  // namespace tapegrad::data
