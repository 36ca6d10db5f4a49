// Where each cell of comma-separated text lies. What a cell means is CsvTable's business.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/input.hpp"
#include "tapegrad/io/csv.hpp"

namespace tapegrad::io {

/// The text and where its cells begin, row by row, counted from the start of the row; each row ends
/// with one more, so that a cell ends one character before the next begins.
struct CsvCells {
  Input input;
  CsvOptions options;
  std::size_t columns = 0;
  std::size_t rows = 0;  ///< without the header
  bool has_header = false;
  std::vector<std::uint64_t> lines;   ///< where each row starts
  std::vector<std::uint32_t> begins;  ///< columns + 1 for each row

  static CsvTable table(CsvCells cells);

  /// As it stands in the file, without blanks around it. Row 0 is the header where there is one.
  std::string_view raw(std::size_t line, std::size_t column) const;
  std::size_t offset(std::size_t line, std::size_t column) const {
    return lines[line] + begins[line * (columns + 1) + column];
  }
  /// Rows of the file: values below the header are line + first_line().
  std::size_t first_line() const { return has_header ? 1 : 0; }
};

inline std::string_view CsvCells::raw(std::size_t line, std::size_t column) const {
  const std::uint32_t* place = begins.data() + line * (columns + 1) + column;
  const char* row = reinterpret_cast<const char*>(input.data) + lines[line];
  const char* begin = row + place[0];
  const char* end = row + place[1] - 1;
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (begin < end && blank(*begin)) ++begin;
  while (begin < end && blank(end[-1])) --end;
  return {begin, static_cast<std::size_t>(end - begin)};
}

/// Finds the cells. Throws IoError for quotes out of place and ragged rows.
void find_cells(CsvCells& cells);

/// The content of a cell: without quotes, doubled quotes made single.
std::string unquoted(std::string_view raw);

/// Throws IoError about the character at `offset`, as file:line:column.
[[noreturn]] void fail_in_text(const Input& input, std::size_t offset, std::string_view what);

CsvTable read_csv(Input input, const CsvOptions& options);

}  // namespace tapegrad::io
