#include "io/checkpoint_state.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "io/protobuf_text.hpp"

namespace tapegrad::io {
namespace {

constexpr std::string_view newest_field = "model_checkpoint_path";
constexpr std::string_view all_field = "all_model_checkpoint_paths";

// A character that a backslash and a letter stand for.
constexpr std::pair<char, char> letters[] = {{'n', '\n'}, {'r', '\r'},  {'t', '\t'}, {'a', '\a'},
                                             {'b', '\b'}, {'f', '\f'},  {'v', '\v'}, {'?', '?'},
                                             {'"', '"'},  {'\'', '\''}, {'\\', '\\'}};

bool is_digit(char c, int base) {
  const bool letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  return (c >= '0' && c < '0' + std::min(base, 10)) || (base == 16 && letter);
}

int value_of(char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; }

/// Takes tokens from the front of a text. Each function leaves blanks before the next token out and
/// gives nothing when something else stands there.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) { skip_blanks(); }

  bool at_end() const { return rest_.empty(); }

  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    skip_blanks();
    return true;
  }

  /// Letters, digits and what else numbers and names have; empty when there are none.
  std::string_view take_word() {
    std::size_t size = 0;
    while (size < rest_.size() && is_of_word(rest_[size])) ++size;
    const std::string_view word = rest_.substr(0, size);
    rest_.remove_prefix(size);
    skip_blanks();
    return word;
  }

  std::optional<std::string> take_text() {
    const char quote = rest_.empty() ? '\0' : rest_[0];
    if (quote != '"' && quote != '\'') return std::nullopt;
    rest_.remove_prefix(1);
    std::string text;
    while (!rest_.empty() && rest_[0] != quote && rest_[0] != '\n') {
      const std::optional<char> c = take_character();
      if (!c) return std::nullopt;
      text += *c;
    }
    return take(quote) ? std::optional(text) : std::nullopt;
  }

 private:
  static bool is_of_word(char c) {
    return is_digit(c, 10) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '.' || c == '+' || c == '-';
  }

  void skip_blanks() {
    while (!rest_.empty()) {
      if (rest_[0] == '#') {
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      } else if (std::string_view(" \t\r\n\v\f,;").find(rest_[0]) != std::string_view::npos) {
        rest_.remove_prefix(1);
      } else {
        break;
      }
    }
  }

  char take_any() {
    const char c = rest_[0];
    rest_.remove_prefix(1);
    return c;
  }

  std::optional<char> take_character() {
    if (rest_[0] != '\\') return take_any();
    rest_.remove_prefix(1);
    if (rest_.empty()) return std::nullopt;
    if (is_digit(rest_[0], 8)) return take_code(8, 3);
    const char letter = take_any();
    if (letter == 'x' || letter == 'X') return take_code(16, 2);
    for (const auto& [escape, character] : letters) {
      if (escape == letter) return character;
    }
    return std::nullopt;
  }

  std::optional<char> take_code(int base, int most) {
    int code = 0;
    int count = 0;
    for (; count < most && !rest_.empty() && is_digit(rest_[0], base); ++count) {
      code = code * base + value_of(take_any());
    }
    if (count == 0 || code > 0xFF) return std::nullopt;
    return static_cast<char>(code);
  }

  std::string_view rest_;
};

}  // namespace

std::string print_checkpoint_state(const CheckpointState& state) {
  std::string text = fmt::format("{}: {}\n", newest_field, protobuf_text(state.newest));
  for (const std::string& path : state.all) {
    text += fmt::format("{}: {}\n", all_field, protobuf_text(path));
  }
  return text;
}

std::optional<CheckpointState> parse_checkpoint_state(std::string_view text) {
  CheckpointState state;
  for (Reader reader(text); !reader.at_end();) {
    const std::string_view field = reader.take_word();
    if (field.empty() || !reader.take(':')) return std::nullopt;
    if (field == newest_field || field == all_field) {
      std::optional<std::string> path = reader.take_text();
      if (!path || path->empty()) return std::nullopt;
      if (field == newest_field) {
        state.newest = std::move(*path);
      } else {
        state.all.push_back(std::move(*path));
      }
    } else if (reader.take_word().empty() && !reader.take_text()) {
      return std::nullopt;
    }
  }
  if (state.newest.empty()) return std::nullopt;
  return state;
}

}  // namespace tapegrad::io
