// How the library refuses: a condition, a typed error, a formatted message with the values.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "tapegrad/dtype.hpp"
#include "tapegrad/error.hpp"
#include "tapegrad/shape.hpp"

// Without format specifiers: what fmt's own parser accepts is of no use in an error message.
template <>
struct fmt::formatter<tapegrad::Dims> {
  constexpr auto parse(format_parse_context& context) { return context.begin(); }
  template <class Context>
  auto format(const tapegrad::Dims& dims, Context& context) const {
    const std::string text = tapegrad::to_string(dims);
    return std::copy(text.begin(), text.end(), context.out());
  }
};

template <>
struct fmt::formatter<tapegrad::DType> {
  constexpr auto parse(format_parse_context& context) { return context.begin(); }
  template <class Context>
  auto format(tapegrad::DType dtype, Context& context) const {
    const std::string_view text = tapegrad::name_of(dtype);
    return std::copy(text.begin(), text.end(), context.out());
  }
};

namespace tapegrad {

template <class E, class... Args>
[[noreturn, gnu::cold, gnu::noinline]] void fail(fmt::format_string<Args...> message,
                                                 Args&&... args) {
  throw E(fmt::format(message, std::forward<Args>(args)...));
}

template <class E, class... Args>
void check(bool condition, fmt::format_string<Args...> message, Args&&... args) {
  if (!condition) [[unlikely]] {
    fail<E>(message, std::forward<Args>(args)...);
  }
}

}  // namespace tapegrad
