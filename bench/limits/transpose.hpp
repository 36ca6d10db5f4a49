// The copy of a transposed matrix: squares of a cache line are turned in registers, four lines a
// time, and large results are written past the caches.
#pragma once

#include <array>
#include <cstring>

#include "buffer.hpp"
#include "parts.hpp"
#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace limits {

constexpr std::int64_t side = 16;  // floats in a cache line

/// Four numbers of each of four rows, turned over.
inline void turn_four(float* to, std::int64_t to_step, const float* from, std::int64_t from_step) {
  using Four [[gnu::vector_size(16)]] = float;
  std::array<Four, 4> x;
  for (std::int64_t k = 0; k < 4; ++k) std::memcpy(&x[k], from + k * from_step, 16);
  const Four a = __builtin_shufflevector(x[0], x[1], 0, 4, 1, 5);
  const Four b = __builtin_shufflevector(x[2], x[3], 0, 4, 1, 5);
  const Four c = __builtin_shufflevector(x[0], x[1], 2, 6, 3, 7);
  const Four d = __builtin_shufflevector(x[2], x[3], 2, 6, 3, 7);
  const std::array<Four, 4> y{
      __builtin_shufflevector(a, b, 0, 1, 4, 5), __builtin_shufflevector(a, b, 2, 3, 6, 7),
      __builtin_shufflevector(c, d, 0, 1, 4, 5), __builtin_shufflevector(c, d, 2, 3, 6, 7)};
  for (std::int64_t k = 0; k < 4; ++k) std::memcpy(to + k * to_step, &y[k], 16);
}

/// A line, which starts at a multiple of its size if it is written past the caches.
inline void put_line(float* to, const float* from, bool past) {
#if defined(__SSE2__)
  for (std::int64_t k = 0; past && k < side; k += 4) _mm_stream_ps(to + k, _mm_load_ps(from + k));
  if (past) return;
#endif
  std::memcpy(to, from, side * sizeof(float));
}

/// y[c, r] = x[r, c] for `side` rows from i and `side` columns from j, or what there is of them.
inline void turn_square(float* y, const float* x, std::int64_t n, std::int64_t i, std::int64_t j,
                        bool past) {
  alignas(64) float square[side][side];
  const std::int64_t height = std::min(side, n - i), width = std::min(side, n - j);
  const std::int64_t fours_down = height & ~std::int64_t{3}, fours = width & ~std::int64_t{3};
  for (std::int64_t r = 0; r < fours_down; r += 4) {
    for (std::int64_t c = 0; c < fours; c += 4) {
      turn_four(square[c] + r, side, x + (i + r) * n + j + c, n);
    }
  }
  for (std::int64_t r = 0; r < height; ++r) {
    for (std::int64_t c = r < fours_down ? fours : 0; c < width; ++c) {
      square[c][r] = x[(i + r) * n + j + c];
    }
  }
  for (std::int64_t c = 0; c < width; ++c) {
    float* to = y + (j + c) * n + i;
    if (height == side) {
      put_line(to, square[c], past);
    } else {
      std::memcpy(to, square[c], static_cast<std::size_t>(height) * sizeof(float));
    }
  }
}

/// y[j, i] = x[i, j] for x [n, n]. The squares of a strip lie along the rows that are read.
inline void transpose(Buffer& y, const Buffer& x, std::int64_t n) {
  constexpr std::int64_t block = 512;
  const bool past = n % side == 0 && n * n >= std::int64_t{1} << 22;
  const std::int64_t strips = (n + side - 1) / side;
  in_parts(strips, 8, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t last = std::min(n, end * side);
    for (std::int64_t j = 0; j < n; j += block) {
      for (std::int64_t i = begin * side; i < last; i += side) {
        for (std::int64_t c = j; c < std::min(n, j + block); c += side) {
          turn_square(y.data(), x.data(), n, i, c, past);
        }
      }
    }
#if defined(__SSE2__)
    if (past) _mm_sfence();
#endif
  });
}

}  // namespace limits
