// A function of each element: what memory and the vector library allow, without allocation or
// choice.
#pragma once

#include <cstdint>

#include "buffer.hpp"
#include "parts.hpp"

namespace limits {

using Batch = xsimd::batch<float>;
constexpr std::int64_t width = Batch::size;
constexpr std::int64_t pointwise_grain = 1 << 15;

/// y = f(x) by whole registers; the rest in a register that is padded.
template <class F>
void map_part(float* y, const float* x, std::int64_t n, F f) {
  std::int64_t i = 0;
  for (; i + width <= n; i += width) f(Batch::load_unaligned(x + i)).store_unaligned(y + i);
  if (i == n) return;
  float rest[width] = {};
  std::copy(x + i, x + n, rest);
  f(Batch::load_unaligned(rest)).store_unaligned(rest);
  std::copy(rest, rest + (n - i), y + i);
}

template <class F>
void map(Buffer& y, const Buffer& x, F f) {
  in_parts(static_cast<std::int64_t>(x.size()), pointwise_grain,
           [&](std::int64_t begin, std::int64_t end) {
             map_part(y.data() + begin, x.data() + begin, end - begin, f);
           });
}

inline Batch sigmoid(Batch x) { return 1.F / (1.F + xsimd::exp(-x)); }

/// z = x op y, which the compiler turns into vectors.
template <class F>
void map(Buffer& z, const Buffer& x, const Buffer& y, F f) {
  in_parts(static_cast<std::int64_t>(x.size()), pointwise_grain,
           [&](std::int64_t begin, std::int64_t end) {
             float* __restrict out = z.data();
             for (std::int64_t i = begin; i < end; ++i) out[i] = f(x[i], y[i]);
           });
}

/// z [rows, columns] = x + y, where y is one row.
inline void add_row(Buffer& z, const Buffer& x, const Buffer& y) {
  const auto columns = static_cast<std::int64_t>(y.size());
  const auto rows = static_cast<std::int64_t>(x.size()) / columns;
  in_parts(rows, 1 + pointwise_grain / columns, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      float* __restrict out = z.data() + i * columns;
      const float* in = x.data() + i * columns;
      for (std::int64_t j = 0; j < columns; ++j) out[j] = in[j] + y[j];
    }
  });
}

}  // namespace limits
