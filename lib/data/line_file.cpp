#include "data/line_file.hpp"

#include <algorithm>
#include <cstddef>

namespace tapegrad::data {
namespace {

/// Goes through a text, piece by piece, and notes where lines begin.
class Finder {
 public:
  Finder(std::optional<char> delimiter, std::uint64_t start)
      : delimiter_(delimiter), start_(start) {}

  void look_through(std::string_view piece, std::uint64_t offset) {
    if (delimiter_) {
      rows_in(piece, offset);
    } else {
      lines_in(piece, offset);
    }
  }
  std::vector<std::uint64_t> take(std::uint64_t end) {
    begins_.push_back(end);
    return std::move(begins_);
  }

 private:
  void lines_in(std::string_view piece, std::uint64_t offset) {
    for (std::size_t at = 0; at < piece.size();) {
      if (waiting_) begins_.push_back(offset + at);
      const std::size_t end = piece.find('\n', at);
      waiting_ = end != std::string_view::npos;
      at = waiting_ ? end + 1 : piece.size();
    }
  }

  void rows_in(std::string_view piece, std::uint64_t offset) {
    for (std::size_t at = 0; at < piece.size(); ++at) {
      const char c = piece[at];
      if (quoted_) {
        at = piece.find('"', at);
        if (at == std::string_view::npos) return;
        quoted_ = false;
      } else if (c == '\n' || c == '\r') {
        start_ = offset + at + 1;
        waiting_ = true;
      } else {
        if (waiting_ && (c == *delimiter_ || (c != ' ' && c != '\t'))) {
          begins_.push_back(start_);
          waiting_ = false;
        }
        quoted_ = c == '"';
        if (!waiting_ && !quoted_) at = before_stop(piece, at);
      }
    }
  }

  /// The last place before something that isn't the text of a cell.
  static std::size_t before_stop(std::string_view piece, std::size_t at) {
    const auto stops = [](char c) { return c == '\n' || c == '\r' || c == '"'; };
    const char* end = piece.data() + piece.size();
    return static_cast<std::size_t>(std::find_if(piece.data() + at + 1, end, stops) -
                                    piece.data()) -
           1;
  }

  std::optional<char> delimiter_;
  std::vector<std::uint64_t> begins_;
  std::uint64_t start_;
  bool waiting_ = true;  // for something in the line that begins
  bool quoted_ = false;
};

std::uint64_t behind_byte_order_mark(const OpenFile& file) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  std::string start(std::min<std::uint64_t>(mark.size(), file.size()), '\0');
  file.read(0, std::as_writable_bytes(std::span(start)));
  return start == mark ? mark.size() : 0;
}

}  // namespace

LineFile::LineFile(std::string operation, const std::string& path, std::optional<char> delimiter)
    : file_(std::move(operation), path) {
  std::uint64_t offset = behind_byte_order_mark(file_);
  Finder finder(delimiter, offset);
  std::vector<char> piece(std::size_t{1} << 20);
  while (offset < file_.size()) {
    const std::span part =
        std::span(piece).first(std::min<std::uint64_t>(piece.size(), file_.size() - offset));
    file_.read(offset, std::as_writable_bytes(part));
    finder.look_through({part.data(), part.size()}, offset);
    offset += part.size();
  }
  begins_ = finder.take(offset);
}

std::string LineFile::text(std::span<const std::int64_t> lines) const {
  std::string text;
  for (std::size_t at = 0; at < lines.size();) {
    // Lines that follow one another in the file are read at once.
    std::size_t end = at + 1;
    while (end < lines.size() && lines[end] == lines[end - 1] + 1) ++end;
    const std::uint64_t begin = begins_[static_cast<std::size_t>(lines[at])];
    const std::uint64_t bytes = begins_[static_cast<std::size_t>(lines[end - 1]) + 1] - begin;
    const std::size_t before = text.size();
    text.resize(before + bytes);
    file_.read(begin, std::as_writable_bytes(std::span(text).subspan(before)));
    if (!text.ends_with('\n')) text += '\n';
    at = end;
  }
  return text;
}

}  // namespace tapegrad::data
