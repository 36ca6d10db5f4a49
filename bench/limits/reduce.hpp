// Sums and maxima: enough independent registers to wait for memory alone. In float32 throughout, so
// that a sum over a million numbers has lost digits that the library's keeps.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "pointwise.hpp"

namespace limits {

/// x[0] op x[1] op ... in eight registers at a time.
template <class Op>
float reduce_part(const float* x, std::int64_t n, float start, Op op) {
  std::array<Batch, 8> running;
  running.fill(Batch(start));
  std::int64_t i = 0;
  for (; i + 8 * width <= n; i += 8 * width) {
    for (std::int64_t k = 0; k < 8; ++k) {
      running[k] = op(running[k], Batch::load_unaligned(x + i + k * width));
    }
  }
  for (std::int64_t k = 1; k < 8; ++k) running[0] = op(running[0], running[k]);
  float result = start;
  std::array<float, width> lanes;
  running[0].store_unaligned(lanes.data());
  for (const float lane : lanes) result = op(result, lane);
  for (; i < n; ++i) result = op(result, x[i]);
  return result;
}

struct Add {
  auto operator()(auto a, auto b) const { return a + b; }
};

struct Max {
  Batch operator()(Batch a, Batch b) const { return xsimd::max(a, b); }
  float operator()(float a, float b) const { return std::max(a, b); }
};

inline float sum(const Buffer& x) {
  float result = 0;
  in_parts(static_cast<std::int64_t>(x.size()), pointwise_grain,
           [&](std::int64_t begin, std::int64_t end) {
             const float part = reduce_part(x.data() + begin, end - begin, 0, Add{});
#pragma omp atomic
             result += part;
           });
  return result;
}

/// y[i] = the sum of row i.
inline void sum_rows(Buffer& y, const Buffer& x) {
  const auto rows = static_cast<std::int64_t>(y.size());
  const auto columns = static_cast<std::int64_t>(x.size()) / rows;
  in_parts(rows, 1 + pointwise_grain / columns, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      y[i] = reduce_part(x.data() + i * columns, columns, 0, Add{});
    }
  });
}

/// y[j] = the sum of column j; each thread has columns of its own.
inline void sum_columns(Buffer& y, const Buffer& x) {
  const auto columns = static_cast<std::int64_t>(y.size());
  const auto rows = static_cast<std::int64_t>(x.size()) / columns;
  in_parts(columns, 1 + pointwise_grain / rows, [&](std::int64_t begin, std::int64_t end) {
    std::fill(y.begin() + begin, y.begin() + end, 0.F);
    float* __restrict running = y.data();
    for (std::int64_t i = 0; i < rows; ++i) {
      const float* row = x.data() + i * columns;
      for (std::int64_t j = begin; j < end; ++j) running[j] += row[j];
    }
  });
}

/// Where `value` is first, by whole registers up to the one that has it.
inline std::int64_t position_of(float value, const float* x, std::int64_t n) {
  std::int64_t i = 0;
  while (i + width <= n && !xsimd::any(Batch::load_unaligned(x + i) == value)) i += width;
  return std::find(x + i, x + n, value) - x;
}

/// The largest of each row and where it is: the row is read from memory once, from the cache again.
inline void max_rows(Buffer& values, std::vector<std::int64_t>& indices, const Buffer& x) {
  const auto rows = static_cast<std::int64_t>(values.size());
  const auto columns = static_cast<std::int64_t>(x.size()) / rows;
  in_parts(rows, 1 + pointwise_grain / columns, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const float* row = x.data() + i * columns;
      values[i] = reduce_part(row, columns, -std::numeric_limits<float>::infinity(), Max{});
      indices[i] = position_of(values[i], row, columns);
    }
  });
}

}  // namespace limits
