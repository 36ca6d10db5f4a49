// The sum of a matrix' columns, each times a number, where they lie as rows one below the other:
// for gemv.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "kernels/gemv_parts.hpp"
#include "kernels/parallel.hpp"

namespace tapegrad::kernels {

/// What G rows give to the sums of some columns: eight meet in pairs, one comes alone.
template <std::size_t G, class V>
V met(const std::array<V, G>& p) {
  if constexpr (G == 8) {
    return ((p[0] + p[1]) + (p[2] + p[3])) + ((p[4] + p[5]) + (p[6] + p[7]));
  } else {
    static_assert(G == 1);
    return p[0];
  }
}

/// Rows of a matrix, and the number that each is multiplied with.
template <class T>
struct FactoredRows {
  const T* a;
  std::int64_t lead;
  const T* factors;
  std::int64_t rows;
};

/// Adds G rows at a time, as many as there are whole groups, to B batches of columns, whose sums
/// stay in registers: from `first` on, but the last of them at `last`.
template <class V, std::size_t G, std::size_t B, class T>
[[gnu::noinline]] void add_to_batches(T* out, const FactoredRows<T>& m, std::int64_t first,
                                      std::int64_t last) {
  constexpr auto group = static_cast<std::int64_t>(G);
  const auto at = [end = last - first](std::size_t b) {
    return b + 1 == B ? end : static_cast<std::int64_t>(b * V::size);
  };
  std::array<V, B> sums;
  // A loop would leave the sums in memory, where g++ unrolls it too late.
  const auto each = [](const auto& f) __attribute__((always_inline)) {
    [&]<std::size_t... K>(std::index_sequence<K...>) __attribute__((always_inline)) {
      (f(std::integral_constant<std::size_t, K>{}), ...);
    }
    (std::make_index_sequence<B>{});
  };
  each([&](auto b) { sums[b] = V::load_unaligned(out + first + at(b)); });
  std::array<const T*, G> rows;
  for (std::size_t r = 0; r < G; ++r) rows[r] = m.a + static_cast<std::int64_t>(r) * m.lead + first;
  const T* f = m.factors;
  for (std::int64_t i = 0; i + group <= m.rows; i += group) {
    std::array<V, G> factors;
    for (std::size_t r = 0; r < G; ++r) factors[r] = V(f[r]);
    each([&](auto b) __attribute__((always_inline)) {
      std::array<V, G> products;
      for (std::size_t r = 0; r < G; ++r) {
        products[r] = factors[r] * V::load_unaligned(rows[r] + at(b));
      }
      sums[b] += met(products);
    });
    for (const T*& row : rows) row += group * m.lead;
    f += group;
  }
  each([&](auto b) { sums[b].store_unaligned(out + first + at(b)); });
}

/// Columns that are fewer than any batch.
template <std::size_t G, class T>
void add_to_each(T* out, const FactoredRows<T>& m, std::int64_t n) {
  constexpr auto group = static_cast<std::int64_t>(G);
  for (std::int64_t j = 0; j < n; ++j) {
    T sum = out[j];
    for (std::int64_t i = 0; i + group <= m.rows; i += group) {
      std::array<T, G> products;
      for (std::size_t r = 0; r < G; ++r) {
        const std::int64_t row = i + static_cast<std::int64_t>(r);
        products[r] = m.factors[row] * m.a[row * m.lead + j];
      }
      sum += met(products);
    }
    out[j] = sum;
  }
}

/// `count` batches, B at most.
template <class V, std::size_t G, std::size_t B, class T>
void add_as_many(std::int64_t count, T* out, const FactoredRows<T>& m, std::int64_t first,
                 std::int64_t last) {
  if constexpr (B > 1) {
    if (count < static_cast<std::int64_t>(B)) {
      return add_as_many<V, G, B - 1>(count, out, m, first, last);
    }
  }
  add_to_batches<V, G, B>(out, m, first, last);
}

/// In batches V, the last of which overlaps the one before where columns are left. Both are among
/// those that are read before any of them is written: so what they share gets one and the same sum.
template <class V, std::size_t G, class T>
void add_in_batches(T* out, const FactoredRows<T>& m, std::int64_t n) {
  constexpr std::int64_t size = V::size;
  constexpr std::int64_t most = std::is_same_v<V, Some<T>> ? 5 : 2;
  // None is left alone: it would begin with what is written already.
  std::int64_t left = (n - 1) / size + 1;
  for (std::int64_t j = 0; left > 0;) {
    const std::int64_t count = left == most + 1 ? most / 2 + 1 : std::min(left, most);
    const std::int64_t last = std::min(j + (count - 1) * size, n - size);
    add_as_many<V, G, most>(count, out, m, j, last);
    left -= count;
    j += count * size;
  }
}

/// All whole groups of G rows, to n columns.
template <std::size_t G, class T>
void add_groups(T* out, const FactoredRows<T>& m, std::int64_t n) {
  if (m.rows < static_cast<std::int64_t>(G)) return;
  if (n >= width<T>) return add_in_batches<Some<T>, G>(out, m, n);
  if constexpr (width < T >> last_width<T>) {
    if (n >= last_width<T>) return add_in_batches<Last<T>, G>(out, m, n);
  }
  add_to_each<G>(out, m, n);
}

/// So many rows, a multiple of eight, as the nearest cache holds.
template <class T>
std::int64_t rows_of_block(std::int64_t columns) {
  constexpr std::int64_t elements = (1 << 15) / sizeof(T);
  return std::max<std::int64_t>(elements / columns / 8, 1) * 8;
}

/// out += the sum of rows, each times its factor. Eight at a time, the others one by one.
template <class T>
void add_rows_together(T* out, const FactoredRows<T>& m, std::int64_t n) {
  const std::int64_t together = m.rows / 8 * 8;
  const std::int64_t block = rows_of_block<T>(n);
  for (std::int64_t i = 0; i < together; i += block) {
    const std::int64_t count = std::min(block, together - i);
    add_groups<8>(out, {m.a + i * m.lead, m.lead, m.factors + i, count}, n);
  }
  add_groups<1>(out, {m.a + together * m.lead, m.lead, m.factors + together, m.rows - together}, n);
}

/// The same one by one. In their order, as memory gives them fastest, unless they are in a cache.
template <class T>
void add_rows(T* out, const FactoredRows<T>& m, std::int64_t n, bool in_cache) {
  const std::int64_t block = in_cache ? m.rows : 1;
  for (std::int64_t i = 0; i < m.rows; i += block) {
    add_groups<1>(out, {m.a + i * m.lead, m.lead, m.factors + i, block}, n);
  }
}

/// Above so many columns threads share those, below it the rows, in parts of so many elements.
constexpr std::int64_t many_columns = 4096;
constexpr std::int64_t part_size = std::int64_t{1} << 16;

/// Of all columns from `first` to `last`, or of a part of their rows.
template <class T>
void add_columns(const Product<T>& p, const T* x, T* out, std::int64_t first, std::int64_t last,
                 std::int64_t row, std::int64_t rows, bool in_cache = false) {
  const FactoredRows<T> m{p.a + row * p.a_col + first, p.a_col, x + row, rows};
  beyond_caches(p) ? add_rows(out, m, last - first, in_cache)
                   : add_rows_together(out, m, last - first);
}

/// Whole blocks.
template <class T>
std::int64_t rows_of_part(std::int64_t columns) {
  const std::int64_t block = rows_of_block<T>(columns);
  return part_size / columns / block * block;
}

/// The sums of parts of the rows, which are added up at last: the same for any number of threads.
/// Calls add(sums, first, last) for each part.
template <class T, class Add>
void add_parts(const Product<T>& p, const Add& add) {
  const std::int64_t rows = rows_of_part<T>(p.m);
  const std::int64_t parts = (p.k - 1) / rows + 1;
  if (!p.onto) std::fill_n(p.out, p.m, T(0));
  if (parts == 1) return add(p.out, std::int64_t{0}, p.k);
  std::vector<T> sums(static_cast<std::size_t>(parts * p.m));
  const std::int64_t piece = std::max<std::int64_t>(1, grain / part_size);
  parallel_for(parts, piece, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      // From the end: where the matrix has just been read from its start, that is in the cache.
      const std::int64_t part = parts - 1 - i;
      add(sums.data() + part * p.m, part * rows, std::min((part + 1) * rows, p.k));
    }
  });
  for (std::int64_t part = 0; part < parts; ++part) {
    const T* sum = sums.data() + part * p.m;
    for (std::int64_t j = 0; j < p.m; ++j) p.out[j] += sum[j];
  }
}

template <class T>
void columns(const Product<T>& p) {
  const Dense<T> x(p.b, p.b_row, p.k);
  if (p.m < many_columns) {
    return add_parts(p, [&](T* sums, std::int64_t first, std::int64_t last) {
      add_columns(p, x.data(), sums, 0, p.m, first, last - first);
    });
  }
  if (!p.onto) std::fill_n(p.out, p.m, T(0));
  parallel_for(p.m, std::max(many_columns / 4, 2 * grain / p.k),
               [&](std::int64_t begin, std::int64_t end) {
                 add_columns(p, x.data(), p.out + begin, begin, end, 0, p.k);
               });
}

}  // namespace tapegrad::kernels
