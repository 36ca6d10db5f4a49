// Sums of a function of several arrays, without an array for what is summed.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/dense_loop.hpp"
#include "kernels/map.hpp"
#include "kernels/row_sum.hpp"

namespace tapegrad::kernels {

/// Eight partial sums in double: as fast as one vector of them, and exact enough for any length.
template <class T>
double block_sum(const T* values, std::int64_t n) {
  double part[8] = {};
  std::int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (int j = 0; j < 8; ++j) part[j] += static_cast<double>(values[i + j]);
  }
  for (int j = 0; i < n; ++i, ++j) part[j] += static_cast<double>(values[i]);
  return ((part[0] + part[4]) + (part[1] + part[5])) + ((part[2] + part[6]) + (part[3] + part[7]));
}

inline constexpr std::int64_t sum_block = 256;

/// map_sum() of many elements: blocks that are added in their order, whoever found them.
template <class T, std::size_t N>
[[gnu::noinline]] double shared_map_sum(typename VectorRow<T, N>::Text f,
                                        const std::array<Ref, N>& arrays) {
  const Walk<N> walk(arrays);
  std::vector<double> sums(static_cast<std::size_t>(walk.parts(sum_block)));
  walk.parallel_blocks(grain, 0, {sum_block, sum_block},
                       [&](std::int64_t number, const auto& at, std::int64_t n, std::int64_t) {
                         alignas(64) T values[sum_block];
                         std::array<const T*, N> in;
                         for (std::size_t k = 0; k < N; ++k) {
                           in[k] = reinterpret_cast<const T*>(at[k]);
                         }
                         VectorRow<T, N>::run_any(f, values, 1, in, walk.strides(0), n);
                         sums[static_cast<std::size_t>(number)] = block_sum(values, n);
                       });
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

template <class T, std::size_t N>
[[gnu::noinline]] double map_sum_of(typename VectorRow<T, N>::Text f,
                                    const std::array<Ref, N>& arrays) {
  if (arrays[0].layout->numel() > grain) return shared_map_sum<T, N>(f, arrays);
  double total = 0;
  Walk<N>(arrays).rows([&](const auto& at, const auto& stride, std::int64_t n) {
    alignas(64) T values[sum_block];
    for (std::int64_t i = 0; i < n; i += sum_block) {
      const std::int64_t count = std::min(sum_block, n - i);
      std::array<const T*, N> in;
      for (std::size_t k = 0; k < N; ++k) {
        in[k] = reinterpret_cast<const T*>(at[k]) + i * stride[k];
      }
      VectorRow<T, N>::run_any(f, values, 1, in, stride, count);
      total += block_sum(values, count);
    }
  });
  return total;
}

/// The sum of f(in...) over arrays of one shape and element type T, floating-point.
template <class T, std::size_t N, class F>
double map_sum(const F& f, const std::array<Ref, N>& arrays) {
  return map_sum_of<T, N>(VectorRow<T, N>::text(f), arrays);
}

/// map_sum() times `share`, for arrays that lie side by side, not many. A total below `least`, or
/// an infinite one, is found another way.
struct DenseMapSum {
  DenseLoop f;
  std::int64_t n;
  double share;
  double least;
};
template <class T, std::size_t N>
bool dense_map_sum(const void* state, std::byte* out, const std::byte* const* in) {
  const DenseMapSum& s = *static_cast<const DenseMapSum*>(state);
  std::array<const std::byte*, N> from;
  std::array<std::int64_t, N> advance;
  advance.fill(1);
  double total = 0;
  constexpr std::int64_t together = 8;
  alignas(64) T values[sum_block + together];
  for (std::int64_t i = 0; i < s.n; i += sum_block) {
    const std::int64_t count = std::min(sum_block, s.n - i);
    for (std::size_t k = 0; k < N; ++k) from[k] = in[k] + i * static_cast<std::int64_t>(sizeof(T));
    s.f(reinterpret_cast<std::byte*>(values), from.data(), advance.data(), count);
    // Zeros change no sum that began with one, and save a loop over the rest.
    std::fill_n(values + count, together, T(0));
    total += block_sum(values, (count + together - 1) / together * together);
  }
  *reinterpret_cast<T*>(out) = static_cast<T>(total * s.share);
  return !std::isinf(total) && !(total < s.least);
}

/// The same added up in long double, one element after another, for sums that leave the range of
/// double on the way. f runs in W: in long double if its values leave the range of T, too.
template <class T, class W, std::size_t N, class F>
long double map_sum_again(const F& f, const std::array<Ref, N>& arrays) {
  LongCompensated total;
  Walk<N>(arrays).rows([&](const auto& at, const auto& stride, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) {
      [&]<std::size_t... K>(std::index_sequence<K...>) {
        total.add(f(static_cast<W>(reinterpret_cast<const T*>(at[K])[i * stride[K]])...));
      }
      (std::make_index_sequence<N>{});
    }
  });
  return total.value();
}

}  // namespace tapegrad::kernels
