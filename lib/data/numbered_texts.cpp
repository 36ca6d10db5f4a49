#include "tapegrad/data/numbered_texts.hpp"

#include "core/check.hpp"
#include "data/texts.hpp"
#include "io/input.hpp"

namespace tapegrad::data::detail {

NumberedTexts::NumberedTexts(std::string_view owner, std::vector<std::string> texts)
    : owner_(owner), texts_(std::move(texts)) {
  std::int64_t index = 0;
  for (const std::string& text : texts_) {
    check<Error>(indices_.emplace(text, index++).second, "{}: {} comes twice", owner_,
                 io::shown(text));
  }
}

std::optional<std::int64_t> NumberedTexts::find(std::string_view text) const {
  const auto found = indices_.find(text);
  if (found == indices_.end()) return std::nullopt;
  return found->second;
}

std::int64_t NumberedTexts::index(std::string_view text,
                                  std::optional<std::int64_t> unknown) const {
  if (const std::optional<std::int64_t> found = find(text)) return *found;
  check<Error>(unknown.has_value(), "{}: {} is none of the {} texts: {}", owner_, io::shown(text),
               texts_.size(), some_of(texts_));
  return *unknown;
}

Tensor NumberedTexts::encode(std::span<const std::string> texts,
                             std::optional<std::int64_t> unknown) const {
  std::vector<std::int64_t> indices;
  for (const std::string& text : texts) indices.push_back(index(text, unknown));
  return Tensor::from_vector(std::move(indices));
}

std::string NumberedTexts::text(std::int64_t index, std::optional<std::int64_t> unknown) const {
  if (unknown == index && index == size()) return "?";
  check<IndexError>(index >= 0 && index < size(), "{}: no text {} among {}", owner_, index, size());
  return texts_[static_cast<std::size_t>(index)];
}

std::vector<std::string> NumberedTexts::decode(const Tensor& indices,
                                               std::optional<std::int64_t> unknown) const {
  check_defined(fmt::format("{}.decode", owner_), indices);
  check<DTypeError>(!is_floating(indices.dtype()),
                    "{}.decode: indices are integers, got {}; argmax() finds the likeliest", owner_,
                    indices.dtype());
  std::vector<std::string> texts;
  for (const std::int64_t index : indices.to_vector<std::int64_t>()) {
    texts.push_back(text(index, unknown));
  }
  return texts;
}

}  // namespace tapegrad::data::detail
