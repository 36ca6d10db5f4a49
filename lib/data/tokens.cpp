#include "tapegrad/data/tokens.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "io/code_point.hpp"

namespace tapegrad::data {
namespace {

using io::CodePoint;

constexpr std::string_view replacement = "\xEF\xBF\xBD";

enum class Kind { letter, blank, sign };

bool in(char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; }

Kind kind_of_ascii(char32_t c) {
  if (in(c, 'a', 'z') || in(c, 'A', 'Z') || in(c, '0', '9') || c == '_') return Kind::letter;
  return c == ' ' || in(c, '\t', '\r') || in(c, 0x1C, 0x1F) ? Kind::blank : Kind::sign;
}

Kind kind_of_latin(char32_t c) {
  if (c == 0x85 || c == 0xA0) return Kind::blank;
  // Ordinals, the micro sign, superscripts and fractions count as letters or digits.
  constexpr std::u32string_view letters = U"\u00AA\u00B2\u00B3\u00B5\u00B9\u00BA\u00BC\u00BD\u00BE";
  if (letters.find(c) != std::u32string_view::npos) return Kind::letter;
  return c < 0xC0 || c == 0xD7 || c == 0xF7 ? Kind::sign : Kind::letter;
}

Kind kind_of(char32_t c) {
  if (c < 0x80) return kind_of_ascii(c);
  if (c < 0x100) return kind_of_latin(c);
  constexpr std::u32string_view blanks = U"\u1680\u2028\u2029\u202F\u205F\u3000";
  if (blanks.find(c) != std::u32string_view::npos || in(c, 0x2000, 0x200A)) return Kind::blank;
  const bool sign = in(c, 0x2010, 0x205E) || in(c, 0x3001, 0x3003) || in(c, 0x3008, 0x3011);
  return sign ? Kind::sign : Kind::letter;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Calls f(text of a code point, its value) for each.
template <class F>
void each_code_point(std::string_view operation, std::string_view text, const TokenOptions& options,
                     F f) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint next = io::first_code_point(text.substr(at));
    check<Error>(next.valid || options.invalid == InvalidUtf8::replaced,
                 "{}: byte {} of {} is {:#04x}, which is no UTF-8 there; convert the text, or have "
                 "such bytes replaced",
                 operation, at, text.size(), static_cast<unsigned char>(text[at]));
    if (next.valid) {
      std::string one(text.substr(at, next.bytes));
      if (options.lower_case) one[0] = lower(one[0]);
      f(std::move(one), next.value);
    } else {
      f(std::string(replacement), char32_t{0xFFFD});
    }
    at += next.bytes;
  }
}

}  // namespace

std::vector<std::string> characters(std::string_view text, const TokenOptions& options) {
  std::vector<std::string> tokens;
  each_code_point("characters", text, options,
                  [&](std::string one, char32_t) { tokens.push_back(std::move(one)); });
  return tokens;
}

std::vector<std::string> words(std::string_view text, const TokenOptions& options) {
  std::vector<std::string> tokens;
  Kind before = Kind::blank;
  each_code_point("words", text, options, [&](const std::string& one, char32_t value) {
    const Kind kind = kind_of(value);
    if (kind == Kind::letter && before == Kind::letter) {
      tokens.back() += one;
    } else if (kind != Kind::blank) {
      tokens.push_back(one);
    }
    before = kind;
  });
  return tokens;
}

void count(TokenCounts& counts, std::span<const std::string> tokens) {
  for (const std::string& token : tokens) ++counts[token];
}

}  // namespace tapegrad::data
