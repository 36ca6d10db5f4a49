// The copy of a transposed matrix, by squares whose lines fit the first cache.
#pragma once

#include "buffer.hpp"
#include "parts.hpp"

namespace limits {

/// y[j, i] = x[i, j] for x [n, n].
inline void transpose(Buffer& y, const Buffer& x, std::int64_t n) {
  constexpr std::int64_t side = 16;  // floats in a cache line
  const std::int64_t strips = (n + side - 1) / side;
  in_parts(strips, 8, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t j = begin * side; j < std::min(n, end * side); j += side) {
      const std::int64_t last_j = std::min(n, j + side);
      for (std::int64_t i = 0; i < n; i += side) {
        const std::int64_t last_i = std::min(n, i + side);
        float square[side][side];
        for (std::int64_t r = i; r < last_i; ++r) {
          for (std::int64_t c = j; c < last_j; ++c) square[c - j][r - i] = x[r * n + c];
        }
        for (std::int64_t c = j; c < last_j; ++c) {
          std::copy(square[c - j], square[c - j] + (last_i - i), y.data() + c * n + i);
        }
      }
    }
  });
}

}  // namespace limits
