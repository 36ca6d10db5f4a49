// The sum of a matrix' columns, each times a number, where they lie as rows one below the other:
// for gemv.cpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/gemv_parts.hpp"
#include "kernels/parallel.hpp"

namespace tapegrad::kernels {

/// out[j] += f row[j]. In batches: what a compiler makes of the plain loop reads memory at half the
/// speed.
template <class T>
void add_row(T* out, const T* row, T f, std::int64_t n) {
  const Some<T> factor(f);
  std::int64_t j = 0;
  for (; j + width<T> <= n; j += width<T>) {
    const Some<T> product = factor * Some<T>::load_unaligned(row + j);
    (Some<T>::load_unaligned(out + j) + product).store_unaligned(out + j);
  }
  for (; j < n; ++j) out[j] += f * row[j];
}

template <class T>
void add_rows(T* out, const T* a, std::int64_t lead, const T* x, std::int64_t rows,
              std::int64_t n) {
  for (std::int64_t i = 0; i < rows; ++i) add_row(out, a + i * lead, x[i], n);
}

/// The sum of eight rows, each times its factor, in whole batches of columns from j on: where they
/// end.
template <class V, class T>
std::int64_t add_eight(T* out, const T* a, std::int64_t lead, const T* factors, std::int64_t j,
                       std::int64_t n) {
  constexpr auto step = static_cast<std::int64_t>(V::size);
  V f[8];
  const T* rows[8];
  for (std::int64_t r = 0; r < 8; ++r) {
    f[r] = V(factors[r]);
    rows[r] = a + r * lead;
  }
  for (; j + step <= n; j += step) {
    const auto product = [&](int r) { return f[r] * V::load_unaligned(rows[r] + j); };
    const V low = (product(0) + product(1)) + (product(2) + product(3));
    const V high = (product(4) + product(5)) + (product(6) + product(7));
    (V::load_unaligned(out + j) + (low + high)).store_unaligned(out + j);
  }
  return j;
}

/// The same in all columns from j on. For the last ones the compiler has parts of registers.
template <class T>
void add_eight_plainly(T* __restrict out, const T* a, std::int64_t lead, const T* f, std::int64_t j,
                       std::int64_t n) {
  for (; j < n; ++j) {
    const T* v = a + j;
    const T low = (f[0] * v[0] + f[1] * v[lead]) + (f[2] * v[2 * lead] + f[3] * v[3 * lead]);
    v += 4 * lead;
    const T high = (f[4] * v[0] + f[5] * v[lead]) + (f[6] * v[2 * lead] + f[7] * v[3 * lead]);
    out[j] += low + high;
  }
}

/// Eight rows at a time: out is read and written an eighth as often.
template <class T>
void add_rows_together(T* out, const T* a, std::int64_t lead, const T* x, std::int64_t rows,
                       std::int64_t n) {
  std::int64_t i = 0;
  for (; i + 8 <= rows; i += 8) {
    const T* row = a + i * lead;
    std::int64_t j = 0;
    if constexpr (width < T >> last_width<T>) {
      j = add_eight<Some<T>>(out, row, lead, x + i, j, n);
      if (j + last_width<T> <= n) j = add_eight<Last<T>>(out, row, lead, x + i, j, n);
    }
    if (j < n) add_eight_plainly(out, row, lead, x + i, j, n);
  }
  add_rows(out, a + i * lead, lead, x + i, rows - i, n);
}

/// Above so many columns threads share those, below it the rows, in parts of so many elements.
constexpr std::int64_t many_columns = 4096;
constexpr std::int64_t part_size = std::int64_t{1} << 16;

/// Of all columns from `first` to `last`, or of a part of their rows.
template <class T>
void add_columns(const Product<T>& p, const T* x, T* out, std::int64_t first, std::int64_t last,
                 std::int64_t row, std::int64_t rows) {
  const T* from = p.a + row * p.a_col + first;
  beyond_caches(p) ? add_rows(out, from, p.a_col, x + row, rows, last - first)
                   : add_rows_together(out, from, p.a_col, x + row, rows, last - first);
}

inline std::int64_t rows_of_part(std::int64_t columns) { return part_size / columns; }

/// The sums of parts of the rows, which are added up at last: the same for any number of threads.
/// first_of(part, begin, end) is called for each part before its rows are read.
template <class T, class First>
void add_parts(const Product<T>& p, const T* x, const First& first_of) {
  const std::int64_t rows = rows_of_part(p.m);
  const std::int64_t parts = (p.k - 1) / rows + 1;
  std::vector<T> sums(static_cast<std::size_t>(parts * p.m));
  const std::int64_t piece = std::max<std::int64_t>(1, grain / part_size);
  parallel_for(parts, piece, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      // From the end: where the matrix has just been read from its start, that is in the cache.
      const std::int64_t part = parts - 1 - i;
      const std::int64_t first = part * rows;
      const std::int64_t count = std::min(rows, p.k - first);
      first_of(part, first, first + count);
      add_columns(p, x, sums.data() + part * p.m, 0, p.m, first, count);
    }
  });
  if (!p.onto) std::fill_n(p.out, p.m, T(0));
  for (std::int64_t part = 0; part < parts; ++part) {
    const T* sum = sums.data() + part * p.m;
    for (std::int64_t j = 0; j < p.m; ++j) p.out[j] += sum[j];
  }
}

template <class T>
void columns(const Product<T>& p) {
  const Dense<T> x(p.b, p.b_row, p.k);
  const bool in_parts = p.m < many_columns && p.k > rows_of_part(p.m);
  if (in_parts) return add_parts(p, x.data(), [](std::int64_t, std::int64_t, std::int64_t) {});
  if (!p.onto) std::fill_n(p.out, p.m, T(0));
  if (p.m >= many_columns) {
    return parallel_for(p.m, std::max(many_columns / 4, 2 * grain / p.k),
                        [&](std::int64_t begin, std::int64_t end) {
                          add_columns(p, x.data(), p.out + begin, begin, end, 0, p.k);
                        });
  }
  add_columns(p, x.data(), p.out, 0, p.m, 0, p.k);
}

}  // namespace tapegrad::kernels
