// Splits comma-separated text into cells with their places. What a cell means is CsvTable's
// business.
#pragma once

#include <string_view>
#include <vector>

#include "csv.hpp"

namespace samples {

/// Walks through the text row by row. The text and the file's name must outlive it.
class CsvReader {
 public:
  CsvReader(std::string_view text, std::string_view file);

  /// The next row that isn't an empty line; no cells at the end of the text.
  std::vector<CsvCell> next_row();

  /// Where the row just read ended: an empty cell at the place after its last character.
  const CsvCell& row_end() const { return row_end_; }

 private:
  bool at_end() const { return position_ == text_.size(); }
  bool at(char c) const { return !at_end() && text_[position_] == c; }
  bool at_line_end() const { return at('\n') || at('\r'); }
  char take();
  void skip_blanks();
  void skip_line_end();
  CsvCell read_cell();
  void read_plain(CsvCell& cell);
  void read_quoted(CsvCell& cell);
  CsvCell here() const { return {{}, line_, column_}; }

  std::string_view text_;
  std::string_view file_;
  std::size_t position_ = 0;
  std::size_t line_ = 1;
  std::size_t column_ = 1;
  CsvCell row_end_;
};

/// Throws CsvError about a place in a file.
[[noreturn]] void fail_at(std::string_view file, const CsvCell& place, std::string_view what);

}  // namespace samples
