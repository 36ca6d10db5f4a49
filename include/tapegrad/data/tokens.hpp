// Text in pieces, and the numbers that stand for them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/data/numbered_texts.hpp"
#include "tapegrad/state_dict.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace data {

/// What becomes of bytes that aren't UTF-8 (RFC 3629: shortest forms, no surrogates).
enum class InvalidUtf8 {
  refused,
  replaced  ///< U+FFFD for each stretch that could have begun a character, as Python has it
};

struct TokenOptions {
  InvalidUtf8 invalid = InvalidUtf8::refused;
  /// A to Z become small letters; letters of other alphabets stay.
  bool lower_case = false;
};

/// Each code point by itself. Throws Error for invalid bytes, with their place, unless they are
/// replaced.
std::vector<std::string> characters(std::string_view text, const TokenOptions& options = {});

/// Stretches of letters, digits and underscores, and each sign of punctuation by itself; blanks
/// of all kinds separate, and are left out: Python's re.findall(r"\w+|[^\w\s]", text), but that
/// of what lies beyond ASCII everything is a letter except for blanks, Latin-1's signs and
/// the punctuation of U+2010 to U+205E and U+3001 to U+3003, U+3008 to U+3011.
///   Throws Error for invalid bytes, with their place, unless they are replaced.
std::vector<std::string> words(std::string_view text, const TokenOptions& options = {});

/// How often each token occurs.
using TokenCounts = std::map<std::string, std::int64_t, std::less<>>;
void count(TokenCounts& counts, std::span<const std::string> tokens);

struct VocabularyOptions {
  /// They come first, whether they occur or not, so that padding is 0.
  std::vector<std::string> specials = {"<pad>", "<unk>"};
  /// What stands for tokens that aren't there; without it they are an error.
  std::optional<std::string> unknown = "<unk>";
  /// Rarer tokens are left out.
  std::int64_t min_frequency = 1;
  /// So many tokens, with the specials, the most frequent of them; 0: all.
  std::int64_t max_size = 0;
};

/// Tokens and their numbers. A Saver keeps it, as it does a LabelEncoder.
class Vocabulary {
 public:
  Vocabulary() : Vocabulary(std::vector<std::string>()) {}
  /// Number i stands for token i. Throws Error for a token that comes twice, and for an `unknown`
  /// that isn't among them.
  explicit Vocabulary(std::vector<std::string> tokens,
                      const std::optional<std::string>& unknown = std::nullopt);
  /// The specials, then the most frequent tokens; of equally frequent ones those that come first in
  /// the order of their bytes. Throws Error for options out of range.
  static Vocabulary build(const TokenCounts& counts, const VocabularyOptions& options = {});

  std::int64_t size() const { return texts_.size(); }
  const std::vector<std::string>& tokens() const { return texts_.all(); }
  bool contains(std::string_view token) const { return texts_.find(token).has_value(); }
  /// What index() gives for a token that isn't there.
  std::optional<std::int64_t> unknown_index() const { return unknown_; }

  /// Throws Error for a token that isn't there, unless something stands for those.
  std::int64_t index(std::string_view token) const { return texts_.index(token, unknown_); }
  /// int64 of shape [tokens.size()].
  Tensor encode(std::span<const std::string> tokens) const {
    return texts_.encode(tokens, unknown_);
  }
  /// Throws IndexError for a number that is out of range.
  std::string token(std::int64_t index) const { return texts_.text(index, unknown_); }
  /// The tokens of all elements, in row-major order. Throws DTypeError unless they are integers.
  std::vector<std::string> decode(const Tensor& indices) const {
    return texts_.decode(indices, unknown_);
  }

  /// A text file: a line that says what it is, then one for each token, in which a backslash stands
  /// before n for LF, r for CR and another backslash. It appears at once or not at all. Throws
  /// IoError.
  void save(const std::string& path) const;
  /// Throws IoError for a file that save() didn't write.
  static Vocabulary load(const std::string& path);

  StateDict state_dict() const;
  /// Throws Error for a state that isn't one of these, and stays as it was.
  void load_state_dict(const StateDict& state);

 private:
  detail::NumberedTexts texts_;
  std::optional<std::int64_t> unknown_;
};

}  // namespace data
}  // namespace tapegrad
