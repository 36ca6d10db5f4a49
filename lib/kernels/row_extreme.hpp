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
      std::array<Batch<T>, 4> best;
      for (std::int64_t k = 0; k < 4; ++k) {
        best[static_cast<std::size_t>(k)] = load(n - step + k * width);
      }
      for (std::int64_t i = 0; i + step <= n; i += step) {
        for (std::int64_t k = 0; k < 4; ++k) {
          Batch<T>& b = best[static_cast<std::size_t>(k)];
          b = Which::pick(b, load(i + k * width));
        }
      }
      alignas(64) std::array<T, static_cast<std::size_t>(width)> lanes;
      Which::pick(Which::pick(best[0], best[1]), Which::pick(best[2], best[3]))
          .store_aligned(lanes.data());
      for (const T v : lanes) result = Which::pick(result, v);
      return result;
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
