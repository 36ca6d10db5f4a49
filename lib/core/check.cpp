#include "core/check.hpp"

#include <fmt/format.h>  // vformat_to_n(): clang finds it in no library

#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>
#include <utility>

#include "core/scope.hpp"
#include "core/unknown.hpp"

namespace {

using Out = fmt::format_context::iterator;

Out append(std::string_view text, Out out) {
  for (const char c : text) *out++ = c;
  return out;
}

}  // namespace

// Not by way of a string: this also reports that there is no memory.
Out fmt::formatter<tapegrad::Dims>::format(const tapegrad::Dims& dims,
                                           format_context& context) const {
  Out out = append("[", context.out());
  for (std::size_t i = 0; i < dims.size(); ++i) {
    std::array<char, 24> digits{'?'};
    const bool unknown = tapegrad::graphs_here > 0 && tapegrad::is_unknown(dims[i]);
    const auto end =
        unknown ? &digits[1] : std::to_chars(digits.begin(), digits.end(), dims[i]).ptr;
    out = append(i > 0 ? ", " : "", out);
    out = append({digits.data(), static_cast<std::size_t>(end - digits.data())}, out);
  }
  return append("]", out);
}

Out fmt::formatter<tapegrad::DType>::format(tapegrad::DType dtype, format_context& context) const {
  return append(tapegrad::name_of(dtype), context.out());
}

std::string tapegrad::with_place(std::string message) {
  if (current_scope) message += " (" + place_of(current_scope).substr(1) + ")";
  return message;
}

void tapegrad::vformat_into(std::span<char> to, fmt::string_view text, fmt::format_args values) {
  *fmt::vformat_to_n(to.data(), to.size() - 1, text, values).out = '\0';
}
