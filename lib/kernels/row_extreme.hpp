// The largest or smallest element of one dense row. NaN wins over every number.
#pragma once

#include <array>
#include <cstdint>

#include "kernels/simd.hpp"

namespace tapegrad::kernels {

struct Largest {
  static auto pick(const auto& a, const auto& b) { return maximum(a, b); }
};

struct Smallest {
  static auto pick(const auto& a, const auto& b) { return minimum(a, b); }
};

/// NaN may be lost: for those who see it anyway.
struct LargestNumber {
  static auto pick(const auto& a, const auto& b) {
    if constexpr (requires { a.get(0); }) {
      return xsimd::max(a, b);
    } else {
      return maximum(a, b);
    }
  }
};

/// Half of the lanes with the other half until one is left: number by number, processors would have
/// to guess which is larger.
template <class Which, class T>
T extreme_of_lanes(Batch<T> best) {
  constexpr std::size_t width = Batch<T>::size;
  alignas(64) std::array<T, 2 * width> twice;
  for (std::size_t half = width / 2; half > 0; half /= 2) {
    best.store_aligned(twice.data());
    best.store_aligned(twice.data() + width);
    best = Which::pick(best, Batch<T>::load_unaligned(twice.data() + half));
  }
  return best.get(0);
}

/// n > 0.
template <class Which, class T>
T row_extreme(const T* x, std::int64_t n) {
  T result = x[0];
  if constexpr (std::is_floating_point_v<T>) {
    constexpr std::int64_t width = static_cast<std::int64_t>(Batch<T>::size);
    constexpr std::int64_t step = 4 * width;
    if (n >= step) {
      const auto load = [x](std::int64_t i) { return Batch<T>::load_unaligned(x + i); };
      // The last elements come first: then whole steps do, wherever they end.
      const std::int64_t end = n - step;
      Batch<T> a = load(end);
      Batch<T> b = load(end + width);
      Batch<T> c = load(end + 2 * width);
      Batch<T> d = load(end + 3 * width);
      for (std::int64_t i = 0; i <= end; i += step) {  // an array of four would lie in memory
        a = Which::pick(a, load(i));
        b = Which::pick(b, load(i + width));
        c = Which::pick(c, load(i + 2 * width));
        d = Which::pick(d, load(i + 3 * width));
      }
      return extreme_of_lanes<Which>(Which::pick(Which::pick(a, b), Which::pick(c, d)));
    }
  }
  for (std::int64_t i = 1; i < n; ++i) result = static_cast<T>(Which::pick(result, x[i]));
  return result;
}

/// Where it is for the first time.
template <class Which, class T>
std::int64_t row_index_of_extreme(const T* x, std::int64_t n) {
  const T best = row_extreme<Which>(x, n);
  if (best != best) {
    for (std::int64_t i = 0; i < n; ++i) {
      if (x[i] != x[i]) return i;
    }
  }
  std::int64_t i = 0;
  if constexpr (std::is_floating_point_v<T>) {
    constexpr std::int64_t width = static_cast<std::int64_t>(Batch<T>::size);
    const Batch<T> wanted(best);
    while (i + width <= n && !xsimd::any(Batch<T>::load_unaligned(x + i) == wanted)) i += width;
  }
  while (x[i] != best) ++i;
  return i;
}

}  // namespace tapegrad::kernels
