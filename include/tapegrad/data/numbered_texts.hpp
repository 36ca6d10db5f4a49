// What LabelEncoder and Vocabulary have in common.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace data {
namespace detail {

/// Different texts and their places in a list. Errors are in the name of their owner, a literal.
class NumberedTexts {
 public:
  /// Throws Error for a text that comes twice.
  NumberedTexts(std::string_view owner, std::vector<std::string> texts);

  const std::vector<std::string>& all() const { return texts_; }
  std::int64_t size() const { return static_cast<std::int64_t>(texts_.size()); }
  std::optional<std::int64_t> find(std::string_view text) const;

  /// `unknown` for a text that isn't there; throws Error where that is nothing.
  std::int64_t index(std::string_view text, std::optional<std::int64_t> unknown) const;
  Tensor encode(std::span<const std::string> texts, std::optional<std::int64_t> unknown) const;
  /// "?" for size(), where that is `unknown`. Throws IndexError for what is out of range.
  std::string text(std::int64_t index, std::optional<std::int64_t> unknown) const;
  /// Throws DTypeError unless they are integers.
  std::vector<std::string> decode(const Tensor& indices, std::optional<std::int64_t> unknown) const;

 private:
  std::string_view owner_;
  std::vector<std::string> texts_;
  std::map<std::string, std::int64_t, std::less<>> indices_;
};

}  // namespace detail
}  // namespace data
}  // namespace tapegrad
