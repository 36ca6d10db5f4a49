#include <algorithm>

#include "core/check.hpp"
#include "data/texts.hpp"
#include "io/input.hpp"
#include "tapegrad/data/tokens.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad::data {

Vocabulary::Vocabulary(std::vector<std::string> tokens, const std::optional<std::string>& unknown)
    : texts_("Vocabulary", std::move(tokens)) {
  if (!unknown) return;
  unknown_ = texts_.find(*unknown);
  check<Error>(unknown_.has_value(),
               "Vocabulary: {}, which stands for unknown tokens, is none of the {} tokens",
               io::shown(*unknown), size());
}

Vocabulary Vocabulary::build(const TokenCounts& counts, const VocabularyOptions& options) {
  const auto specials = static_cast<std::int64_t>(options.specials.size());
  check<Error>(options.min_frequency >= 1,
               "Vocabulary.build: min_frequency is {}; it is at least 1", options.min_frequency);
  check<Error>(options.max_size == 0 || options.max_size >= specials,
               "Vocabulary.build: max_size is {}, with {} specials; it is 0 or has room for them",
               options.max_size, specials);
  std::vector<std::pair<std::int64_t, std::string_view>> found;
  for (const auto& [token, count] : counts) {
    const bool special = std::find(options.specials.begin(), options.specials.end(), token) !=
                         options.specials.end();
    if (count >= options.min_frequency && !special) found.emplace_back(-count, token);
  }
  std::sort(found.begin(), found.end());
  const auto room = static_cast<std::size_t>(options.max_size - specials);
  if (options.max_size > 0) found.resize(std::min(found.size(), room));
  std::vector<std::string> tokens = options.specials;
  for (const auto& [count, token] : found) tokens.emplace_back(token);
  return Vocabulary(std::move(tokens), options.unknown);
}

StateDict Vocabulary::state_dict() const {
  StateDict state;
  put_texts(state, "tokens", tokens());
  // Behind the last token: nothing.
  state.insert("unknown", full({}, unknown_.value_or(size())));
  return state;
}

void Vocabulary::load_state_dict(const StateDict& state) {
  constexpr std::string_view operation = "Vocabulary.load_state_dict";
  Vocabulary loaded(texts_of(operation, state, "tokens"));
  const std::int64_t unknown = number_of(operation, state, "unknown", loaded.size() + 1);
  if (unknown < loaded.size()) loaded.unknown_ = unknown;
  *this = std::move(loaded);
}

}  // namespace tapegrad::data
