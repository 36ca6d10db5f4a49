#include "data/vocabulary_file.hpp"

#include <algorithm>
#include <charconv>
#include <span>

#include "core/check.hpp"
#include "data/open_file.hpp"
#include "data/texts.hpp"
#include "io/atomic_file.hpp"
#include "io/input.hpp"

namespace tapegrad::data {
namespace {

constexpr std::string_view title = "tapegrad vocabulary, unknown ";

std::string escaped(std::string_view token) {
  std::string text;
  for (const char c : token) {
    if (c == '\n' || c == '\r' || c == '\\') text += '\\';
    text += c == '\n' ? 'n' : c == '\r' ? 'r' : c;
  }
  return text;
}

/// Nothing for what escaped() doesn't give.
std::optional<std::string> unescaped(std::string_view text) {
  std::string token;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\\') {
      const char next = ++i < text.size() ? text[i] : ' ';
      if (next != 'n' && next != 'r' && next != '\\') return std::nullopt;
      c = next == 'n' ? '\n' : next == 'r' ? '\r' : '\\';
    }
    token += c;
  }
  return token;
}

std::optional<std::string> unknown_of(std::string_view line, const std::vector<std::string>& tokens,
                                      const std::string& path) {
  const std::string_view text = line.substr(std::min(line.size(), title.size()));
  if (line.starts_with(title) && text == "none") return std::nullopt;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  const bool number = error == std::errc() && end == text.data() + text.size();
  check<IoError>(line.starts_with(title) && number && index < tokens.size(),
                 "Vocabulary.load: line 1 is {}, not {} and one of {} tokens, or none: {}",
                 io::shown(line), io::shown(title), tokens.size(), path);
  return tokens[index];
}

}  // namespace

void Vocabulary::save(const std::string& path) const {
  std::string text(title);
  text += unknown_ ? std::to_string(*unknown_) : "none";
  for (const std::string& token : tokens()) text += '\n' + escaped(token);
  text += '\n';
  io::AtomicFile file("Vocabulary.save", path);
  file.write(text);
  file.commit();
}

Vocabulary read_vocabulary(std::string_view text, const std::string& path) {
  std::string_view first;
  std::vector<std::string> tokens;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (number == 1) {
      first = line;
      continue;
    }
    std::optional<std::string> token = unescaped(line);
    check<IoError>(token.has_value(), "Vocabulary.load: line {} has an unknown escape: {}: {}",
                   number, io::shown(line), path);
    tokens.push_back(*std::move(token));
  }
  const std::optional<std::string> unknown = unknown_of(first, tokens, path);
  try {
    return Vocabulary(std::move(tokens), unknown);
  } catch (const Error& error) {
    fail<IoError>("Vocabulary.load: {}: {}", error.what(), path);
  }
}

Vocabulary Vocabulary::load(const std::string& path) {
  const OpenFile file("Vocabulary.load", path);
  std::string text(file.size(), '\0');
  file.read(0, std::as_writable_bytes(std::span(text)));
  return read_vocabulary(text, path);
}

}  // namespace tapegrad::data
