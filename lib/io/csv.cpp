// What the cells of comma-separated text mean: names, numbers, and the errors about them.
#include <algorithm>
#include <new>
#include <numeric>
#include <set>

#include "core/dispatch.hpp"
#include "io/csv_cells.hpp"
#include "io/csv_numbers.hpp"
#include "io/csv_separator.hpp"
#include "io/elements.hpp"
#include "io/what_it_is.hpp"

namespace tapegrad::io {
namespace {

/// Among the texts that stand for no value in this table, which may be numbers.
bool is_listed(const CsvOptions& options, std::string_view text) {
  const auto& texts = options.missing_texts;
  return !texts.empty() && std::find(texts.begin(), texts.end(), text) != texts.end();
}

bool is_missing(const CsvOptions& options, std::string_view text) {
  return text.empty() || text == "nan" || text == "NaN" || text == "NAN" ||
         is_listed(options, text);
}

/// What the cell holds, in `buffer` where quotes had to be taken off.
std::string_view content(std::string_view raw, std::string& buffer) {
  if (!raw.starts_with('"')) return raw;
  buffer = unquoted(raw);
  return buffer;
}

std::string_view wanted(DType dtype, Parsed result) {
  if (result == Parsed::out_of_range) {
    return is_floating(dtype) ? "is not a finite number within the range of"
                              : "is beyond the range of";
  }
  return dtype == boolean     ? "is neither 0, 1, true nor false; needed as"
         : is_floating(dtype) ? "is not a number; needed as"
                              : "is not a whole number; needed as";
}

/// A table that was read with the wrong delimiter has one column.
std::string hint(const CsvCells& cells) {
  const Input& input = cells.input;
  return cells.columns > 1 ? ""
                           : separator_hint(input.text(0, input.size), cells.options.delimiter);
}

bool has_decimal_comma(std::string_view text) {
  std::string with_point(text);
  std::ranges::replace(with_point, ',', '.');
  double number = 0;
  return with_point != text && parse(with_point, number) == Parsed::number;
}

[[noreturn, gnu::cold]] void refuse(const CsvCells& cells, std::size_t line, std::size_t column,
                                    std::string_view text, DType dtype, Parsed result) {
  const std::string name =
      cells.has_header ? shown(unquoted(cells.raw(0, column))) : fmt::format("{}", column + 1);
  const std::string what =
      text.empty() ? fmt::format("column {}: the cell is empty", name)
      : is_listed(cells.options, text)
          ? fmt::format("column {}: {} stands for no value", name, shown(text))
          : fmt::format("column {}: {} {} {}{}{}", name, shown(text), wanted(dtype, result),
                        name_of(dtype), has_decimal_comma(text) ? "; write a decimal point" : "",
                        hint(cells));
  fail_in_text(cells.input, cells.offset(line, column), what);
}

template <class T>
T value_at(const CsvCells& cells, std::size_t line, std::size_t column) {
  T value{};
  std::string_view text = cells.raw(line, column);
  const bool any_listed = !cells.options.missing_texts.empty();
  if (!any_listed && parse(text, value) == Parsed::number) [[likely]]
    return value;
  std::string buffer;
  text = content(text, buffer);
  if constexpr (std::is_floating_point_v<T>) {
    if (cells.options.missing == CsvMissing::nan && is_missing(cells.options, text)) {
      return std::numeric_limits<T>::quiet_NaN();
    }
  }
  const Parsed result = is_listed(cells.options, text) ? Parsed::no_number : parse(text, value);
  if (result != Parsed::number) refuse(cells, line, column, text, dtype_of<T>, result);
  return value;
}

bool looks_like_header(const CsvCells& cells) {
  std::string buffer;
  for (std::size_t column = 0; column < cells.columns; ++column) {
    double value = 0;
    const std::string_view text = content(cells.raw(0, column), buffer);
    if (parse(text, value) != Parsed::no_number) return false;
  }
  return true;
}

void check_column(const CsvCells& cells, std::size_t column) {
  check<IndexError>(column < cells.columns, "csv: no column {} among {}: {}", column, cells.columns,
                    cells.input.name);
}

void check_cell(const CsvCells& cells, std::size_t row, std::size_t column) {
  check_column(cells, column);
  check<IndexError>(row < cells.rows, "csv: no row {} among {}: {}", row, cells.rows,
                    cells.input.name);
}

/// The names that there are, but not a million of them.
std::string some_names(const CsvTable& table) {
  constexpr std::size_t most = 20;
  std::string names;
  for (std::size_t column = 0; column < std::min(most, table.columns()); ++column) {
    names += fmt::format("{}{}", column > 0 ? ", " : "", shown(table.name(column)));
  }
  if (table.columns() > most) names += fmt::format(" and {} more", table.columns() - most);
  return names;
}

void check_names(const CsvCells& cells) {
  std::set<std::string> names;
  for (std::size_t column = 0; column < cells.columns; ++column) {
    const std::string name = unquoted(cells.raw(0, column));
    if (name.empty()) {
      fail_in_text(cells.input, cells.offset(0, column),
                   "a column without a name; name it or remove it");
    }
    if (!names.insert(name).second) {
      fail_in_text(cells.input, cells.offset(0, column),
                   fmt::format("a second column named {}; rename one", shown(name)));
    }
  }
}

void check_enumerators(std::string_view operation, const CsvOptions& options) {
  check<Error>(options.header <= CsvHeader::detected,
               "{}: CsvHeader({}) is none of present, absent and detected", operation,
               static_cast<int>(options.header));
  check<Error>(options.missing <= CsvMissing::nan, "{}: CsvMissing({}) is none of refused and nan",
               operation, static_cast<int>(options.missing));
}

}  // namespace

CsvTable CsvCells::table(CsvCells cells) {
  return CsvTable(std::make_shared<const CsvCells>(std::move(cells)));
}

CsvTable read_csv(Input input, const CsvOptions& options) {
  check_enumerators(input.operation, options);
  check<IoError>(std::string_view("\"\r\n").find(options.delimiter) == std::string_view::npos,
                 "{}: a quote or a line end can't be the delimiter: {}", input.operation,
                 input.name);
  check_format(input, Format::text);
  // What no text has, unless it separates the cells.
  const bool binary =
      input.text(0, std::min<std::size_t>(input.size, 4096)).find('\0') != std::string_view::npos;
  if (binary && options.delimiter != '\0') fail_unknown(input, Format::text);
  CsvCells cells{.input = std::move(input), .options = options, .lines = {}, .begins = {}};
  find_cells(cells);
  cells.has_header = options.header == CsvHeader::present ||
                     (options.header == CsvHeader::detected && looks_like_header(cells));
  if (cells.has_header) {
    check_names(cells);
    --cells.rows;
    if (cells.rows == 0) {
      fail_in_text(cells.input, cells.offset(0, cells.columns) - 1, "no rows below the header");
    }
  }
  return CsvCells::table(std::move(cells));
}

CsvTable load_csv(const std::string& path, const CsvOptions& options) {
  Input input = map_file("load_csv", path);
  try {
    // A copy, because cells are read when they are asked for: the file may have other bytes then.
    const auto bytes =
        std::make_shared<std::vector<std::byte>>(input.data, input.data + input.size);
    input.data = bytes->data();
    input.owner = bytes;
    return read_csv(input, options);
  } catch (const std::bad_alloc&) {
    fail<IoError>("load_csv: not enough memory for a table of {} bytes: {}", input.size, path);
  }
}

std::size_t CsvTable::rows() const { return cells_->rows; }

std::size_t CsvTable::columns() const { return cells_->columns; }

bool CsvTable::has_header() const { return cells_->has_header; }

std::string CsvTable::name(std::size_t column) const {
  check_column(*cells_, column);
  return has_header() ? unquoted(cells_->raw(0, column)) : fmt::format("column {}", column + 1);
}

std::size_t CsvTable::find(std::string_view wanted) const {
  for (std::size_t column = 0; column < columns() && has_header(); ++column) {
    if (name(column) == wanted) return column;
  }
  fail_in_text(cells_->input, cells_->offset(0, 0),
               has_header() ? fmt::format("no column named {}; there are {}{}", shown(wanted),
                                          some_names(*this), hint(*cells_))
                            : fmt::format("no column named {}: no header", shown(wanted)));
}

std::string CsvTable::text(std::size_t row, std::size_t column) const {
  check_cell(*cells_, row, column);
  return unquoted(cells_->raw(row + cells_->first_line(), column));
}

std::optional<DType> CsvTable::type_of(std::size_t column) const {
  check_column(*cells_, column);
  DType type = int64;
  std::string buffer;
  for (std::size_t row = 0; row < rows(); ++row) {
    const std::string_view cell = content(cells_->raw(row + cells_->first_line(), column), buffer);
    std::int64_t whole = 0;
    double number = 0;
    const bool missing = is_missing(cells_->options, cell);
    if (!missing && parse(cell, whole) == Parsed::number) continue;
    if (!missing && parse(cell, number) == Parsed::no_number) return std::nullopt;
    type = float64;
  }
  return type;
}

Tensor CsvTable::values(DType dtype) const {
  std::vector<std::size_t> all(columns());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return values(all, dtype);
}

Tensor CsvTable::values(std::span<const std::size_t> chosen, DType dtype) const {
  tapegrad::check<DTypeError>(
      !is_narrow(dtype), "load_csv: cells are not read as {}; ask for {} and convert with to()",
      dtype, computed_in(dtype));
  for (const std::size_t column : chosen) check_column(*cells_, column);
  Tensor result =
      memory_for(cells_->input, dtype,
                 {static_cast<std::int64_t>(rows()), static_cast<std::int64_t>(chosen.size())});
  dispatch(dtype, [&]<class T>(std::type_identity<T>) {
    T* out = result.mutable_data<T>();
    const CsvCells& cells = *cells_;
    for (std::size_t row = 0; row < cells.rows; ++row) {
      for (const std::size_t column : chosen) {
        *out++ = value_at<T>(cells, row + cells.first_line(), column);
      }
    }
  });
  return result;
}

Tensor CsvTable::column(std::size_t column, DType dtype) const {
  return values({&column, 1}, dtype).squeeze(1);
}

void CsvTable::fail(std::size_t row, std::size_t column, std::string_view what) const {
  check_cell(*cells_, row, column);
  fail_in_text(cells_->input, cells_->offset(row + cells_->first_line(), column), what);
}

}  // namespace tapegrad::io
