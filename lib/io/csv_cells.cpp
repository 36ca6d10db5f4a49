// The grammar of comma-separated text.
#include "io/csv_cells.hpp"

#include <algorithm>
#include <array>

namespace tapegrad::io {
namespace {

class Scanner {
 public:
  explicit Scanner(CsvCells& cells)
      : cells_(cells), input_(cells.input), text_(input_.text(0, input_.size)) {
    for (const char c : {cells.options.delimiter, '\n', '\r', '"'}) stops_[index(c)] = true;
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  /// False at the end of the text.
  bool next_row();

 private:
  static std::size_t index(char c) { return static_cast<unsigned char>(c); }
  bool at_end() const { return at_ == text_.size(); }
  bool at(char c) const { return !at_end() && text_[at_] == c; }
  bool at_line_end() const { return at('\n') || at('\r'); }
  bool at_delimiter() const { return at(cells_.options.delimiter); }
  void skip_blanks() {
    while ((at(' ') || at('\t')) && !at_delimiter()) ++at_;
  }
  void skip_line_end() {
    if (at('\r')) ++at_;
    if (at('\n')) ++at_;
  }
  void skip_cell();
  void skip_quoted();
  void check_width(std::size_t width);

  CsvCells& cells_;
  const Input& input_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::array<bool, 256> stops_{};
};

bool Scanner::next_row() {
  for (skip_blanks(); at_line_end(); skip_blanks()) skip_line_end();
  if (at_end()) return false;
  std::size_t width = 0;
  while (true) {
    cells_.offsets.push_back(at_);
    ++width;
    skip_cell();
    if (!at_delimiter()) break;
    ++at_;
  }
  check_width(width);
  cells_.offsets.push_back(at_ + 1);
  skip_line_end();
  return true;
}

void Scanner::skip_cell() {
  skip_blanks();
  if (at('"')) {
    skip_quoted();
    return;
  }
  while (!at_end() && !stops_[index(text_[at_])]) ++at_;
  if (at('"')) {
    fail_in_text(input_, at_,
                 "a quote inside an unquoted cell; quote the cell and double this quote");
  }
}

void Scanner::skip_quoted() {
  const std::size_t begin = at_++;
  while (true) {
    at_ = text_.find('"', at_);
    if (at_ == std::string_view::npos) fail_in_text(input_, begin, "this quote is never closed");
    ++at_;
    if (!at('"')) break;
    ++at_;
  }
  skip_blanks();
  if (!at_end() && !at_delimiter() && !at_line_end()) {
    fail_in_text(input_, at_,
                 "text after a closing quote; put a delimiter here, or double the quote");
  }
}

void Scanner::check_width(std::size_t width) {
  if (cells_.columns == 0) cells_.columns = width;
  if (width == cells_.columns) return;
  const std::size_t first = cells_.offsets.size() - width;
  const bool longer = width > cells_.columns;
  fail_in_text(
      input_, longer ? cells_.offsets[first + cells_.columns] : at_,
      fmt::format("a ragged row: {} cells where the first row has {}", width, cells_.columns));
}

}  // namespace

void find_cells(CsvCells& cells) {
  Scanner scanner(cells);
  while (scanner.next_row()) ++cells.rows;
  if (cells.rows == 0) fail_in_text(cells.input, 0, "the file is empty");
}

std::string_view CsvCells::raw(std::size_t line, std::size_t column) const {
  const std::uint64_t* place = offsets.data() + line * (columns + 1) + column;
  std::size_t begin = place[0];
  std::size_t end = place[1] - 1;
  const auto blank = [&](std::size_t i) {
    const char c = static_cast<char>(input.data[i]);
    return c == ' ' || c == '\t';
  };
  while (begin < end && blank(begin)) ++begin;
  while (begin < end && blank(end - 1)) --end;
  return input.text(begin, end - begin);
}

std::string unquoted(std::string_view raw) {
  if (!raw.starts_with('"')) return std::string(raw);
  std::string text;
  for (std::size_t i = 1; i + 1 < raw.size(); ++i) {
    text += raw[i];
    if (raw[i] == '"') ++i;  // the second of a pair
  }
  return text;
}

void fail_in_text(const Input& input, std::size_t offset, std::string_view what) {
  std::size_t line = 1;
  std::size_t column = 1;
  const std::string_view before = input.text(0, offset);
  for (std::size_t i = before.starts_with("\xEF\xBB\xBF") ? 3 : 0; i < offset; ++i) {
    const char c = before[i];
    const bool follows = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (c == '\n' || (c == '\r' && input.text(i + 1, i + 1 < input.size ? 1 : 0) != "\n")) {
      ++line;
      column = 1;
    } else if (!follows) {
      ++column;
    }
  }
  tapegrad::fail<IoError>("{}: {}: {}:{}:{}", input.operation, what, input.name, line, column);
}

}  // namespace tapegrad::io
