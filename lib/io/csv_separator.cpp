#include "io/csv_separator.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tapegrad::io {
namespace {

struct Separator {
  char character;
  std::string_view name;
  std::string_view literal;
};

constexpr std::array<Separator, 5> separators{{{';', "semicolons", "';'"},
                                               {'\t', "tabs", "'\\t'"},
                                               {'|', "vertical bars", "'|'"},
                                               {',', "commas", "','"},
                                               {':', "colons", "':'"}}};

using Counts = std::array<std::size_t, separators.size()>;

/// The separators in the first row, without those in quotes, which is taken off the text.
Counts take_row(std::string_view& text) {
  Counts counts{};
  bool quoted = false;
  std::size_t at = 0;
  for (; at < text.size() && (quoted || (text[at] != '\n' && text[at] != '\r')); ++at) {
    if (text[at] == '"') quoted = !quoted;
    for (std::size_t i = 0; i < separators.size() && !quoted; ++i) {
      if (text[at] == separators[i].character) ++counts[i];
    }
  }
  text.remove_prefix(std::min(text.find_first_not_of("\r\n", at), text.size()));
  return counts;
}

}  // namespace

std::string separator_hint(std::string_view text, char delimiter) {
  constexpr std::size_t enough = 1 << 16;
  constexpr int rows = 20;
  const bool whole = text.size() <= enough;
  text = text.substr(0, enough);
  const Counts first = take_row(text);
  Counts common = first;
  for (int row = 1; row < rows && !text.empty(); ++row) {
    const Counts counts = take_row(text);
    if (text.empty() && !whole) break;  // the row may go on
    for (std::size_t i = 0; i < common.size(); ++i) {
      if (counts[i] != first[i]) common[i] = 0;
    }
  }
  for (std::size_t i = 0; i < separators.size(); ++i) {
    const Separator& each = separators[i];
    if (common[i] > 0 && each.character == delimiter) return {};
  }
  for (std::size_t i = 0; i < separators.size(); ++i) {
    const Separator& each = separators[i];
    if (common[i] == 0) continue;
    return fmt::format("; the cells are separated by {}: use {{.delimiter = {}}}", each.name,
                       each.literal);
  }
  return {};
}

}  // namespace tapegrad::io
