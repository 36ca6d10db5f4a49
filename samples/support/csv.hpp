// Comma-separated files as the samples read them: cells of text that know where they stood, and
// numbers made from them. No tensors here.
#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace samples {

/// A file that cannot be used. what() reads `file:line:column: what is wrong: the values; what to
/// do`; line and column count from 1, the column in characters (UTF-8 code points), as editors show
/// them.
struct CsvError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct CsvCell {
  std::string text;
  std::size_t line = 0;
  std::size_t column = 0;
};

enum class CsvHeader {
  required,  ///< the first row holds the names
  detected,  ///< the first row holds the names when none of its cells is a number
};

/// A rectangular table read from a file as RFC 4180 describes it: commas, optional double quotes (a
/// quoted cell may hold commas, line breaks and doubled quotes), lines ended by LF, CRLF or CR.
/// Beyond the RFC: a UTF-8 byte order mark is dropped, blanks around an unquoted cell are dropped,
/// and empty lines are skipped.
class CsvTable {
 public:
  /// Throws CsvError for a file that is missing, unreadable or without rows, for a row with more or
  /// fewer cells than the first, for a quote out of place, and for a header that repeats a name or
  /// leaves one out.
  static CsvTable read(const std::string& file, CsvHeader header = CsvHeader::required);

  /// The same for text in memory; `file` is the name that errors carry.
  static CsvTable parse(std::string_view text, std::string file,
                        CsvHeader header = CsvHeader::required);

  std::size_t rows() const { return rows_.size(); }
  std::size_t columns() const { return rows_.front().size(); }
  bool has_header() const { return !header_.empty(); }

  const CsvCell& cell(std::size_t row, std::size_t column) const { return rows_[row][column]; }

  /// The name in the header; without a header "column 1", "column 2", ...
  std::string name(std::size_t column) const;

  /// The column of that name. Throws CsvError, listing the names there are.
  std::size_t find(std::string_view name) const;

  /// The cell as a finite number, decimal point whatever the locale. Throws CsvError for anything
  /// else: text, an empty cell, nan, inf, a number beyond double.
  double number(std::size_t row, std::size_t column) const;

  /// Throws CsvError about a cell of this file.
  [[noreturn]] void fail(const CsvCell& cell, std::string_view what) const;

 private:
  CsvTable(std::string file, std::vector<CsvCell> header, std::vector<std::vector<CsvCell>> rows);

  std::string file_;
  std::vector<CsvCell> header_;
  std::vector<std::vector<CsvCell>> rows_;
};

/// The number that the whole text spells: nan and inf included, and inf for a number beyond the
/// range of double. Empty when the text spells no number.
std::optional<double> parse_number(std::string_view text);

}  // namespace samples
