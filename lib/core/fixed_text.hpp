// A text of limited length, for errors that may have no memory.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/unknown.hpp"
#include "tapegrad/dtype.hpp"
#include "tapegrad/shape.hpp"

namespace tapegrad {

/// Calls append() with the parts of "[2, ?]", one after another; an unknown size is a question
/// mark.
template <class Append>
void spell(const Dims& dims, const Append& append) {
  append(std::string_view("["));
  for (std::size_t i = 0; i < dims.size(); ++i) {
    std::array<char, 24> digits{'?'};
    const bool unknown = graphs_here > 0 && is_unknown(dims[i]);
    const auto end =
        unknown ? &digits[1] : std::to_chars(digits.begin(), digits.end(), dims[i]).ptr;
    append(std::string_view(i > 0 ? ", " : ""));
    append(std::string_view{digits.data(), static_cast<std::size_t>(end - digits.data())});
  }
  append(std::string_view("]"));
}

/// Keeps what fits of the parts that are put into it, and a NUL behind them.
class FixedText {
 public:
  explicit FixedText(std::span<char> to) : rest_(to) { rest_[0] = '\0'; }

  FixedText& operator<<(std::string_view part) {
    const std::size_t count = std::min(part.size(), rest_.size() - 1);
    std::copy_n(part.begin(), count, rest_.begin());
    rest_ = rest_.subspan(count);
    rest_[0] = '\0';
    return *this;
  }
  FixedText& operator<<(std::uint64_t number);
  FixedText& operator<<(DType dtype);
  FixedText& operator<<(const Dims& dims);

 private:
  std::span<char> rest_;
};

}  // namespace tapegrad
