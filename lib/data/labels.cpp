#include <set>

#include "core/check.hpp"
#include "data/texts.hpp"
#include "tapegrad/data/encode.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad::data {

LabelEncoder::LabelEncoder(std::vector<std::string> classes, UnknownLabel unknown)
    : texts_("LabelEncoder", std::move(classes)), unknown_(unknown) {
  check<Error>(unknown <= UnknownLabel::own_index,
               "LabelEncoder: UnknownLabel({}) is none of refused and own_index",
               static_cast<int>(unknown));
}

LabelEncoder LabelEncoder::fit(std::span<const std::string> texts, UnknownLabel unknown) {
  check<Error>(!texts.empty(), "LabelEncoder.fit: the list of texts is empty");
  const std::set<std::string> different(texts.begin(), texts.end());
  return LabelEncoder({different.begin(), different.end()}, unknown);
}

std::optional<std::int64_t> LabelEncoder::unknown_index() const {
  if (unknown_ == UnknownLabel::refused) return std::nullopt;
  return texts_.size();
}

StateDict LabelEncoder::state_dict() const {
  StateDict state;
  put_texts(state, "classes", classes());
  state.insert("unknown", full({}, static_cast<std::int64_t>(unknown_)));
  return state;
}

void LabelEncoder::load_state_dict(const StateDict& state) {
  std::vector<std::string> classes = texts_of("LabelEncoder.load_state_dict", state, "classes");
  const std::int64_t unknown = number_of("LabelEncoder.load_state_dict", state, "unknown", 2);
  *this = LabelEncoder(std::move(classes), static_cast<UnknownLabel>(unknown));
}

}  // namespace tapegrad::data
