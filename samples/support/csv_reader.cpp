// The grammar of comma-separated text.
#include "csv_reader.hpp"

#include <fmt/format.h>

#include <utility>

namespace samples {

void fail_at(std::string_view file, const CsvCell& place, std::string_view what) {
  throw CsvError(fmt::format("{}:{}:{}: {}", file, place.line, place.column, what));
}

CsvReader::CsvReader(std::string_view text, std::string_view file) : text_(text), file_(file) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
}

std::vector<CsvCell> CsvReader::next_row() {
  for (skip_blanks(); at_line_end(); skip_blanks()) skip_line_end();
  std::vector<CsvCell> cells;
  if (at_end()) return cells;
  cells.push_back(read_cell());
  while (at(',')) {
    take();
    cells.push_back(read_cell());
  }
  row_end_ = here();
  skip_line_end();
  return cells;
}

char CsvReader::take() {
  const char c = text_[position_++];
  const bool ends_line = c == '\n' || (c == '\r' && !at('\n'));
  const bool continues_character = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
  if (ends_line) {
    ++line_;
    column_ = 1;
  } else if (!continues_character) {
    ++column_;
  }
  return c;
}

void CsvReader::skip_blanks() {
  while (at(' ') || at('\t')) take();
}

void CsvReader::skip_line_end() {
  if (at('\r')) {
    take();
    if (at('\n')) take();
  } else if (at('\n')) {
    take();
  }
}

CsvCell CsvReader::read_cell() {
  skip_blanks();
  CsvCell cell = here();
  if (at('"')) {
    read_quoted(cell);
  } else {
    read_plain(cell);
  }
  return cell;
}

void CsvReader::read_plain(CsvCell& cell) {
  while (!at_end() && !at(',') && !at_line_end()) {
    if (at('"')) {
      fail_at(file_, here(),
              "a quote inside an unquoted cell; quote the cell and double this quote");
    }
    cell.text += take();
  }
  const auto last = cell.text.find_last_not_of(" \t");
  cell.text.resize(last == std::string::npos ? 0 : last + 1);
}

void CsvReader::read_quoted(CsvCell& cell) {
  take();
  while (true) {
    if (at_end()) fail_at(file_, cell, "this quote is never closed");
    const char c = take();
    if (c != '"') {
      cell.text += c;
    } else if (at('"')) {
      cell.text += take();
    } else {
      break;
    }
  }
  skip_blanks();
  if (!at_end() && !at(',') && !at_line_end()) {
    fail_at(file_, here(), "text after a closing quote; put a comma here, or double the quote");
  }
}

}  // namespace samples
