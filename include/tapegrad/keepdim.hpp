// What reductions do with the dimensions that they reduce.
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

}  // namespace tapegrad
