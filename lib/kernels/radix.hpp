// The order of a long line by the digits of its elements, where comparing them takes longer.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "kernels/lines.hpp"

namespace tapegrad::kernels {

/// From here on digits are faster.
constexpr std::int64_t least_by_digits = 512;

template <class T>
using Key = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

/// An unsigned number that is as far up among such as x is among its kind: zeros of both signs are
/// equal, and every NaN is above infinity.
template <class T>
Key<T> key_of(T x) {
  constexpr Key<T> top = Key<T>{1} << (8 * sizeof(T) - 1);
  if constexpr (std::is_floating_point_v<T>) {
    if (x != x) return std::numeric_limits<Key<T>>::max();
    const auto bits = std::bit_cast<Key<T>>(x + T(0));
    return (bits & top) != 0 ? static_cast<Key<T>>(~bits) : bits | top;
  } else {
    return static_cast<Key<T>>(x) ^ top;
  }
}

/// The places of a line's n elements, fewer than 2^32, in their order; equal ones as they stand.
/// Source: Knuth, "The Art of Computer Programming", volume 3, 5.2.5.
template <class T>
[[gnu::noinline]] void order_by_digits(const T* x, std::int64_t x_step, std::int64_t n,
                                       bool descending, std::int64_t* y, std::int64_t y_step) {
  constexpr std::size_t width = 11;
  constexpr std::size_t digits = (8 * sizeof(T) + width - 1) / width;
  struct Item {
    Key<T> key;
    std::uint32_t place;
  };
  const auto digit = [](Key<T> key, std::size_t d) {
    return static_cast<std::size_t>(key >> (d * width)) & ((std::size_t{1} << width) - 1);
  };
  Tile<Item> tile(n, 2);
  Item* from = tile.line(0);
  Item* to = tile.line(1);
  std::array<std::array<std::uint32_t, std::size_t{1} << width>, digits> places{};
  const Key<T> turned = descending ? std::numeric_limits<Key<T>>::max() : 0;
  for (std::int64_t i = 0; i < n; ++i) {
    from[i] = {key_of(x[i * x_step]) ^ turned, static_cast<std::uint32_t>(i)};
    for (std::size_t d = 0; d < digits; ++d) ++places[d][digit(from[i].key, d)];
  }
  for (std::size_t d = 0; d < digits; ++d) {
    auto& next = places[d];  // the numbers of elements, then where the next of them goes
    if (next[digit(from[0].key, d)] == n) continue;
    std::uint32_t before = 0;
    for (std::uint32_t& count : next) before += std::exchange(count, before);
    for (std::int64_t i = 0; i < n; ++i) to[next[digit(from[i].key, d)]++] = from[i];
    std::swap(from, to);
  }
  for (std::int64_t i = 0; i < n; ++i) y[i * y_step] = from[i].place;
}

}  // namespace tapegrad::kernels
