// Booleans that stand for an option: what reductions do with the dimensions that they reduce, and
// one that must be written with its name.
#pragma once

#include <concepts>

namespace [[gnu::visibility("default")]] tapegrad {

/// Whether a reduced dimension stays, with size 1: sum(x, 0, keepdim), sum(x, 0, true).
class Keepdim {
 public:
  static const Keepdim no;
  static const Keepdim yes;
  /// From nothing else, so that no dimension is taken for one.
  template <std::same_as<bool> T>
  constexpr Keepdim(T stays) : stays_(stays) {}
  friend constexpr bool operator==(Keepdim, Keepdim) = default;

 private:
  bool stays_;
};
inline constexpr Keepdim Keepdim::no = false;
inline constexpr Keepdim Keepdim::yes = true;
inline constexpr Keepdim keepdim = Keepdim::yes;

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

}  // namespace detail

}  // namespace tapegrad
