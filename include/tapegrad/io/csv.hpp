// Tables of comma-separated text, and tensors from their columns.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace io {

struct CsvCells;

enum class CsvHeader {
  present,   ///< the first row holds the names
  absent,    ///< every row holds values
  detected,  ///< the first row holds the names when none of its cells is a number
};

/// What becomes of a cell without a value where a number is asked for.
enum class CsvMissing { refused, nan };

struct CsvOptions {
  char delimiter = ',';
  CsvHeader header = CsvHeader::detected;
  CsvMissing missing = CsvMissing::refused;
  /// Texts that stand for no value, such as "NA" or "-999"; the empty cell and "nan" always do.
  std::vector<std::string> missing_texts = {};
};

/// A rectangular table as RFC 4180 describes it: optional double quotes (a quoted cell may hold
/// delimiters, line ends and doubled quotes), lines ended by LF, CRLF or CR. Beyond the RFC: a
/// UTF-8 byte order mark and blanks around an unquoted cell are dropped, and empty lines are
/// skipped.
///   Text becomes numbers only where a column is asked for, so that a file may hold both.
///   Functions that take a row or a column, counted from 0 and below the header, throw IndexError
/// for one that isn't there.
///   IoErrors about a cell read "operation: what is wrong: the values: file:line:column", both
///   counted from 1, the column in characters (UTF-8 code points), as editors show them.
class CsvTable {
 public:
  std::size_t rows() const;
  std::size_t columns() const;
  bool has_header() const;

  /// The name in the header; without a header "column 1", "column 2", ...
  std::string name(std::size_t column) const;
  /// The column of that name. Throws IoError, listing the names there are.
  std::size_t find(std::string_view name) const;

  /// The cell without quotes and blanks around it.
  std::string text(std::size_t row, std::size_t column) const;

  /// int64 if every cell of the column is a whole number, float64 if every cell is a number or
  /// without a value, else nothing. "inf" and what is beyond float64 are numbers here, which
  /// values() refuses with their place: one of them makes no text of a column.
  std::optional<DType> type_of(std::size_t column) const;

  /// All cells: [rows, columns]. Numbers have a decimal point whatever the locale, and those that
  /// are too small for dtype are 0 with their sign; bool takes 0, 1, true and false. Throws IoError
  /// at the first cell that is no finite number, isn't whole where dtype is, or is out of dtype's
  /// range.
  Tensor values(DType dtype = float64) const;
  /// The chosen columns, in that order: [rows, chosen.size()].
  Tensor values(std::span<const std::size_t> chosen, DType dtype = float64) const;
  /// One column: [rows].
  Tensor column(std::size_t column, DType dtype = float64) const;

  /// Throws IoError about a cell of this file.
  [[noreturn]] void fail(std::size_t row, std::size_t column, std::string_view what) const;

 private:
  friend struct CsvCells;
  explicit CsvTable(std::shared_ptr<const CsvCells> cells) : cells_(std::move(cells)) {}

  std::shared_ptr<const CsvCells> cells_;
};

/// Reads a table; the file may change afterwards. A pipe is read to its end.
///   Throws IoError, with the place, for a file that is missing, unreadable, without rows or of
///   another kind, such as UTF-16 or gzip, which is named; for a row with more or fewer cells than
///   the first, for a quote out of place, and for a header that repeats a name or leaves one out.
CsvTable load_csv(const std::string& path, const CsvOptions& options = {});

}  // namespace io
}  // namespace tapegrad
