// Sums of a function of several arrays, without an array for what is summed.
#pragma once

#include <vector>

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

/// The sum of f(in...) over arrays of one shape and element type T, floating-point: of blocks that
/// are added in their order, whoever found them.
template <class T, std::size_t N, class F>
double map_sum(const F& f, const std::array<Ref, N>& arrays) {
  constexpr std::int64_t block = 256;
  const Walk<N> walk(arrays);
  const auto sum_of = [&](const std::array<std::byte*, N>& at, std::int64_t n) {
    alignas(64) T values[block];
    std::array<const T*, N> in;
    for (std::size_t k = 0; k < N; ++k) in[k] = reinterpret_cast<const T*>(at[k]);
    VectorRow<T, N>::run(f, values, 1, in, walk.strides(0), n);
    return block_sum(values, n);
  };
  double total = 0;
  if (arrays[0].layout->numel() <= grain) {
    walk.rows([&](std::array<std::byte*, N> at, const auto& stride, std::int64_t n) {
      for (std::int64_t i = 0; i < n; i += block) {
        total += sum_of(at, std::min(block, n - i));
        for (std::size_t k = 0; k < N; ++k) {
          at[k] += block * stride[k] * static_cast<std::int64_t>(sizeof(T));
        }
      }
    });
    return total;
  }
  std::vector<double> sums(static_cast<std::size_t>(walk.parts(block)));
  walk.parallel_blocks(grain, 0, {block, block},
                       [&](std::int64_t number, const auto& at, std::int64_t n, std::int64_t) {
                         sums[static_cast<std::size_t>(number)] = sum_of(at, n);
                       });
  for (const double sum : sums) total += sum;
  return total;
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
