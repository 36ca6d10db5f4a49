#include "io/which_text.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

namespace tapegrad::io {
namespace {

using namespace std::string_view_literals;

constexpr Recognised utf16{Format::other, "UTF-16 text",
                           "convert it with iconv -f UTF-16 -t UTF-8"};
// Without a mark iconv takes UTF-16 for what the machine has.
constexpr Recognised utf16_little{Format::other, "UTF-16 text without a byte order mark",
                                  "convert it with iconv -f UTF-16LE -t UTF-8"};
constexpr Recognised utf16_big{Format::other, "UTF-16 text without a byte order mark",
                               "convert it with iconv -f UTF-16BE -t UTF-8"};
constexpr Recognised utf32{Format::other, "UTF-32 text",
                           "convert it with iconv -f UTF-32 -t UTF-8"};
constexpr Recognised utf32_little{Format::other, "UTF-32 text without a byte order mark",
                                  "convert it with iconv -f UTF-32LE -t UTF-8"};
constexpr Recognised utf32_big{Format::other, "UTF-32 text without a byte order mark",
                               "convert it with iconv -f UTF-32BE -t UTF-8"};
constexpr Recognised page{Format::other, "an HTML page",
                          "it came instead of the file: download that again"};
constexpr Recognised xml{Format::other, "an XML document", "export its tables as CSV"};
constexpr Recognised json_file{Format::other, "JSON",
                               "in Python write its tables with pandas as CSV, its arrays with "
                               "numpy.save()"};
constexpr Recognised pointer{Format::other, "a pointer of Git LFS",
                             "fetch the file that it stands for with git lfs pull"};
constexpr Recognised table{Format::text, "text", "load_csv() reads tables"};

constexpr std::string_view blanks = " \t\r\n";

bool is_readable(unsigned char c) {
  return (c >= 0x20 && c != 0x7f) || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/// How many bytes UTF-8 has behind this one; nothing for one that begins no character.
std::optional<std::size_t> following(unsigned char c) {
  if (c < 0x80) return is_readable(c) ? std::optional<std::size_t>(0) : std::nullopt;
  if (c < 0xc2 || c > 0xf4) return std::nullopt;
  return c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
}

/// Whether the start is UTF-8 without control characters; a last character may be cut.
bool is_text(std::string_view bytes) {
  const std::string_view start = bytes.substr(0, 512);
  for (std::size_t i = 0; i < start.size(); ++i) {
    const auto more = following(static_cast<unsigned char>(start[i]));
    if (!more) return false;
    const std::string_view rest = start.substr(i + 1, *more);
    const bool fits = std::ranges::all_of(
        rest, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; });
    if (!fits) return false;
    i += rest.size();
  }
  return !start.empty();
}

std::string lower(std::string_view bytes) {
  std::string result(bytes);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return result;
}

/// A table may begin with a bracket, too; behind the bracket of a list a text or another bracket
/// would be a quote out of place, or JSON.
bool is_json(std::string_view text) {
  const char bracket = text[0];
  if (bracket != '{' && bracket != '[') return false;
  const std::string_view rest =
      text.substr(std::min(text.find_first_not_of(blanks, 1), text.size()));
  if (rest.empty()) return false;
  if (bracket == '{') return rest[0] == '"' || rest[0] == '}';
  const bool ends = text[text.find_last_not_of(blanks)] == ']';
  const bool number = rest[0] == '-' || (rest[0] >= '0' && rest[0] <= '9');
  const bool word = rest.starts_with("true") || rest.starts_with("false") ||
                    rest.starts_with("null") || rest[0] == ']';
  return rest[0] == '"' || rest[0] == '[' || rest[0] == '{' || (ends && (number || word));
}

std::uint32_t letter_at(std::string_view bytes, std::size_t offset, std::size_t width, bool big) {
  std::uint32_t letter = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const std::size_t place = big ? offset + i : offset + width - 1 - i;
    letter = letter << 8 | static_cast<unsigned char>(bytes[place]);
  }
  return letter;
}

bool separates(std::uint32_t letter) {
  return letter == '\n' || letter == '\r' || letter == '\t' || letter == ',' || letter == ';' ||
         letter == '|';
}

/// Surrogates come in pairs, and only where letters have two bytes.
bool is_letter(std::uint32_t letter, std::uint32_t before, std::size_t width) {
  const bool leads = before >= 0xd800 && before < 0xdc00;
  const bool follows = letter >= 0xdc00 && letter < 0xe000;
  if (width == 2 ? leads != follows : letter >= 0xd800 && letter < 0xe000) return false;
  if (letter < 0x80) return is_readable(static_cast<unsigned char>(letter));
  const bool is_private = letter >= 0xe000 && letter < 0xf900;
  return letter >= 0xa0 && letter <= 0x10ffff && !is_private && (letter & 0xfffe) != 0xfffe;
}

/// Whether the start reads as letters of so many bytes. Numbers of this width do so, too, unless
/// some are control characters, halves of pairs or of nobody: so most letters must be Latin, or
/// there must be some that separate the cells and lines of a table.
bool is_wide(std::string_view bytes, std::size_t width, bool big) {
  constexpr std::size_t enough = 512;
  constexpr std::size_t least = 4;
  const std::size_t count = std::min(bytes.size() / width, enough);
  std::size_t latin = 0;
  std::size_t separators = 0;
  std::uint32_t before = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t letter = letter_at(bytes, i * width, width, big);
    if (!is_letter(letter, before, width)) return false;
    latin += letter < 0x80 ? 1 : 0;
    separators += separates(letter) ? 1 : 0;
    before = letter;
  }
  return count >= least && (4 * latin >= 3 * count || separators >= 2);
}

}  // namespace

std::optional<Recognised> which_text(std::string_view bytes) {
  if (bytes.starts_with("\xff\xfe\0\0"sv) || bytes.starts_with("\0\0\xfe\xff"sv)) return utf32;
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) return utf16;
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  const std::string_view content =
      bytes.substr(std::min(bytes.find_first_not_of(blanks), bytes.size()));
  const std::string start = lower(content.substr(0, 15));
  if (start.starts_with("<!doctype html") || start.starts_with("<html")) return page;
  if (!is_text(bytes)) return std::nullopt;
  if (bytes.starts_with("version https://git-lfs.github.com/")) return pointer;
  if (start.starts_with("<?xml")) return xml;
  if (!content.empty() && is_json(content)) return json_file;
  return table;
}

std::optional<Recognised> which_wide_text(std::string_view bytes) {
  if (is_wide(bytes, 4, false)) return utf32_little;
  if (is_wide(bytes, 4, true)) return utf32_big;
  if (is_wide(bytes, 2, false)) return utf16_little;
  if (is_wide(bytes, 2, true)) return utf16_big;
  return std::nullopt;
}

}  // namespace tapegrad::io
