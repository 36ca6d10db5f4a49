// What the cells of a comma-separated file mean: names, numbers, and the errors about them.
#include "csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>

#include "csv_reader.hpp"

namespace samples {
namespace {

// A cell as it may stand in a message: short, and without characters that would move the cursor.
std::string shown(std::string_view text) {
  constexpr std::size_t longest = 40;
  std::string result(text.substr(0, longest));
  std::replace_if(
      result.begin(), result.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return fmt::format("\"{}{}\"", result, text.size() > longest ? "..." : "");
}

std::string contents(const std::string& file) {
  std::error_code unknown;
  if (std::filesystem::is_directory(file, unknown)) {
    throw CsvError(fmt::format("{}: this is a folder; give the file in it", file));
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw CsvError(fmt::format("{}: cannot open: {}", file, std::strerror(errno)));
  std::ostringstream text;
  text << stream.rdbuf();
  if (stream.bad()) throw CsvError(fmt::format("{}: cannot read to its end", file));
  return std::move(text).str();
}

void check_names(const std::vector<CsvCell>& header, const std::string& file) {
  std::set<std::string_view> names;
  for (const CsvCell& cell : header) {
    if (cell.text.empty()) fail_at(file, cell, "a column without a name; name it or remove it");
    if (!names.insert(cell.text).second) {
      fail_at(file, cell, fmt::format("a second column named {}; rename one", shown(cell.text)));
    }
  }
}

void check_width(const std::vector<CsvCell>& row, const CsvCell& end, std::size_t width,
                 const std::string& file) {
  if (row.size() == width) return;
  fail_at(file, row.size() > width ? row[width] : end,
          fmt::format("a ragged row: {} cells where the first row has {}", row.size(), width));
}

bool looks_like_header(const std::vector<CsvCell>& row) {
  return std::none_of(row.begin(), row.end(),
                      [](const CsvCell& cell) { return parse_number(cell.text).has_value(); });
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  const bool plus = text.size() > 1 && text[0] == '+' && text[1] != '-';
  if (plus) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) return std::nullopt;
  return error == std::errc::result_out_of_range ? std::numeric_limits<double>::infinity() : value;
}

CsvTable::CsvTable(std::string file, std::vector<CsvCell> header,
                   std::vector<std::vector<CsvCell>> rows)
    : file_(std::move(file)), header_(std::move(header)), rows_(std::move(rows)) {}

CsvTable CsvTable::read(const std::string& file, CsvHeader header) {
  return parse(contents(file), file, header);
}

CsvTable CsvTable::parse(std::string_view text, std::string file, CsvHeader header) {
  CsvReader reader(text, file);
  std::vector<CsvCell> first = reader.next_row();
  if (first.empty()) throw CsvError(fmt::format("{}:1:1: the file is empty", file));

  const std::size_t width = first.size();
  std::vector<CsvCell> names;
  std::vector<std::vector<CsvCell>> rows;
  if (header == CsvHeader::required || looks_like_header(first)) {
    check_names(first, file);
    names = std::move(first);
  } else {
    rows.push_back(std::move(first));
  }
  for (auto row = reader.next_row(); !row.empty(); row = reader.next_row()) {
    check_width(row, reader.row_end(), width, file);
    rows.push_back(std::move(row));
  }
  if (rows.empty()) fail_at(file, reader.row_end(), "no rows below the header");
  return CsvTable(std::move(file), std::move(names), std::move(rows));
}

std::string CsvTable::name(std::size_t column) const {
  return has_header() ? header_[column].text : fmt::format("column {}", column + 1);
}

std::size_t CsvTable::find(std::string_view name) const {
  const auto found = std::find_if(header_.begin(), header_.end(),
                                  [&](const CsvCell& cell) { return cell.text == name; });
  if (found != header_.end()) return static_cast<std::size_t>(found - header_.begin());

  std::string names;
  for (const CsvCell& cell : header_) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", shown(cell.text));
  }
  const CsvCell& place = has_header() ? header_.front() : rows_.front().front();
  fail(place, has_header() ? fmt::format("no column named {}; there are {}", shown(name), names)
                           : fmt::format("no column named {}: no header", shown(name)));
}

double CsvTable::number(std::size_t row, std::size_t column) const {
  const CsvCell& place = cell(row, column);
  const std::optional<double> value = parse_number(place.text);
  if (value && std::isfinite(*value)) return *value;
  const std::string_view wrong =
      value ? "is not a finite number within the range of double" : "is not a number";
  const std::string where = has_header() ? fmt::format("column {}", shown(header_[column].text))
                                         : fmt::format("column {}", column + 1);
  if (place.text.empty()) fail(place, fmt::format("{}: the cell is empty", where));
  fail(place, fmt::format("{}: {} {}", where, shown(place.text), wrong));
}

void CsvTable::fail(const CsvCell& cell, std::string_view what) const {
  fail_at(file_, cell, what);
}

}  // namespace samples
