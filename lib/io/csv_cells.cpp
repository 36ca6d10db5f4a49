// The grammar of comma-separated text.
#include "io/csv_cells.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "io/csv_separator.hpp"

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
  std::string hint() const { return separator_hint(text_, cells_.options.delimiter); }

  CsvCells& cells_;
  const Input& input_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::array<bool, 256> stops_{};
};

bool Scanner::next_row() {
  for (skip_blanks(); at_line_end(); skip_blanks()) skip_line_end();
  if (at_end()) return false;
  const std::size_t start = at_;
  cells_.lines.push_back(start);
  std::size_t width = 0;
  while (true) {
    cells_.begins.push_back(static_cast<std::uint32_t>(at_ - start));
    ++width;
    skip_cell();
    if (!at_delimiter()) break;
    ++at_;
  }
  if (at_ - start >= std::numeric_limits<std::uint32_t>::max()) {
    fail_in_text(input_, start, "a row of 4 GiB or more");
  }
  check_width(width);
  cells_.begins.push_back(static_cast<std::uint32_t>(at_ + 1 - start));
  skip_line_end();
  return true;
}

void Scanner::skip_cell() {
  // A copy: the compiler can't know that nothing else changes the member.
  const char* begin = text_.data() + at_;
  const char* stop = begin;
  const char* end = text_.data() + text_.size();
  while (stop != end && !stops_[index(*stop)]) ++stop;
  at_ = static_cast<std::size_t>(stop - text_.data());
  if (!at('"')) return;
  if (!std::all_of(begin, stop, [](char c) { return c == ' ' || c == '\t'; })) {
    fail_in_text(input_, at_,
                 "a quote inside an unquoted cell; quote the cell and double this quote" + hint());
  }
  skip_quoted();
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
                 "text after a closing quote; put a delimiter here, or double the quote" + hint());
  }
}

void Scanner::check_width(std::size_t width) {
  if (cells_.columns == 0) cells_.columns = width;
  if (width == cells_.columns) return;
  const std::size_t first = cells_.begins.size() - width;
  const bool longer = width > cells_.columns;
  fail_in_text(input_, longer ? cells_.lines.back() + cells_.begins[first + cells_.columns] : at_,
               fmt::format("a ragged row: {} cells where the first row has {}{}", width,
                           cells_.columns, separator_hint(text_, cells_.options.delimiter)));
}

}  // namespace

void find_cells(CsvCells& cells) {
  Scanner scanner(cells);
  while (scanner.next_row()) ++cells.rows;
  if (cells.rows == 0) fail_in_text(cells.input, 0, "the file is empty");
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
