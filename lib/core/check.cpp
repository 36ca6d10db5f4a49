#include "core/check.hpp"

#include <string_view>
#include <utility>

#include "core/fixed_text.hpp"
#include "core/scope.hpp"

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
  Out out = context.out();
  tapegrad::spell(dims, [&](std::string_view part) { out = append(part, out); });
  return out;
}

Out fmt::formatter<tapegrad::DType>::format(tapegrad::DType dtype, format_context& context) const {
  return append(tapegrad::name_of(dtype), context.out());
}

std::string tapegrad::with_place(std::string message) {
  if (current_scope) message += " (" + place_of(current_scope).substr(1) + ")";
  return message;
}
