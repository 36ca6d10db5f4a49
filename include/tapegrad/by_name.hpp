// Options whose members are written with their names.
#pragma once

#include <concepts>

namespace [[gnu::visibility("default")]] tapegrad {
namespace detail {

/// The first member of options that have lists: {2, 1} isn't taken for two of them.
struct ByName {
  constexpr ByName() {}
  template <std::integral T>
  constexpr ByName(T) {
    static_assert(!std::integral<T>, "name the options: {.stride = {2, 1}}");
  }
};

}  // namespace detail
}  // namespace tapegrad
