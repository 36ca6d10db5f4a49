// Types that stand where a spelling can't be, and whose use says what to write.
#pragma once

#include <concepts>

namespace [[gnu::visibility("default")]] tapegrad {
namespace detail {

/// Says what to write in the place of backward(true).
struct RetainFlag {
  template <std::same_as<bool> T>
  RetainFlag(T) {
    static_assert(!std::same_as<T, bool>, "write backward({.retain_graph = true})");
  }
};

/// Says what to write in the place of methods that would give a tensor another shape.
struct NoShapesInPlace {
  void squeeze_(const auto&... dims) { refuse(dims...); }
  void unsqueeze_(const auto&... dims) { refuse(dims...); }
  void transpose_(const auto&... dims) { refuse(dims...); }
  void t_(const auto&... dims) { refuse(dims...); }
  void resize_(const auto&... dims) { refuse(dims...); }

 private:
  template <class... T>
  static void refuse(const T&...) {
    static_assert(sizeof...(T) > 99,
                  "a tensor keeps its shape: write x = x.squeeze(), for example");
  }
};

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
