// The sums of products that gemv_rows.hpp makes, in lanes: how these are filled and how they meet.
// The order of additions is the same on every instruction set and in any company of rows.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "core/dispatch.hpp"
#include "core/fetch.hpp"
#include "kernels/gemv_parts.hpp"

namespace tapegrad::kernels {

/// The products of a row meet in so many lanes, whatever the width of a register.
template <class T>
constexpr std::int64_t lanes = 32 / static_cast<std::int64_t>(sizeof(T));
template <class T>
constexpr std::size_t batches = static_cast<std::size_t>(lanes<T> / width<T>);

/// So many products of a row meet in lanes of their own, which are added to those before: no lane
/// grows far beyond the others, and a row by itself has several sums to go on with.
constexpr std::int64_t stretch = 128;

/// Rows whose lanes fit the registers: the vector is loaded once for all of them, and no sum waits
/// for itself.
template <class T>
constexpr std::size_t rows_at_once = 8 / batches<T>;

template <class T>
using Lanes = std::array<Some<T>, batches<T>>;
template <class T, std::size_t R>
using Running = std::array<Lanes<T>, R>;

template <class T, std::size_t R>
void set_zero(Running<T, R>& sums) {
  for (Lanes<T>& s : sums) s.fill(Some<T>(T(0)));
}
template <class T>
void add_lanes(Lanes<T>& total, const Lanes<T>& more) {
  for (std::size_t b = 0; b < batches<T>; ++b) total[b] += more[b];
}

/// Ones, and as many zeros.
template <class T>
constexpr auto first_ones = [] {
  std::array<Bits<T>, static_cast<std::size_t>(2 * lanes<T>)> mask{};
  std::fill_n(mask.begin(), lanes<T>, static_cast<Bits<T>>(-1));
  return mask;
}();

/// How a row of n >= lanes elements begins. What it has more than whole lanes comes first, and is
/// read with elements behind it, whose products are dropped: they may be NaN.
template <class T>
struct Begin {
  std::int64_t masked, stretched;
  Lanes<T> mask;
  explicit Begin(std::int64_t n)
      : masked((n - 1) % lanes<T> + 1), stretched((n - 1) % stretch + 1) {
    std::memcpy(&mask, first_ones<T>.data() + (lanes<T> - masked), sizeof mask);
  }
};

/// Adds the products of lanes of R rows with x, or, where there are X of them, with one for each, a
/// stretch behind the one before.
template <class T, std::size_t R, std::size_t X, class Counted>
[[gnu::always_inline]] inline void add_products(Running<T, R>& sums, const T* rows,
                                                std::int64_t lead, const T* x,
                                                const Counted& counted) {
  for (std::size_t b = 0; b < batches<T>; ++b) {
    const auto i = static_cast<std::int64_t>(b) * width<T>;
    Some<T> v = Some<T>::load_unaligned(x + i);
    for (std::size_t r = 0; r < R; ++r) {
      const auto row = static_cast<std::int64_t>(r);
      if (X > 1 && r > 0) v = Some<T>::load_unaligned(x + row * stretch + i);
      sums[r][b] += counted(Some<T>::load_unaligned(rows + row * lead + i) * v, b);
    }
  }
}

/// The same of elements from `i` to n, whole lanes. `ahead`: a matrix that is in no near cache is
/// asked for before its turn.
template <class T, std::size_t R, std::size_t X, bool ahead = false>
[[gnu::always_inline]] inline void add_whole(Running<T, R>& sums, const T* rows, std::int64_t lead,
                                             const T* x, std::int64_t i, std::int64_t n) {
  const auto all = [](const Some<T>& product, std::size_t) { return product; };
  for (; i < n; i += lanes<T>) {
    if constexpr (ahead) {
      constexpr auto count = static_cast<std::int64_t>(R);
      fetch<Cache::first>(rows + count * (2 * lead + i), R * lanes<T> * sizeof(T));
    }
    add_products<T, R, X>(sums, rows + i, lead, x + i, all);
  }
}

/// All products of R rows of n elements: a stretch after the other, the first of which is the
/// shorter one.
template <class T, std::size_t R, bool ahead = false>
[[gnu::always_inline]] inline void multiply_rows(Running<T, R>& sums, const T* rows,
                                                 std::int64_t lead, const T* x,
                                                 const Begin<T>& begin, std::int64_t n) {
  set_zero<T>(sums);
  add_products<T, R, 1>(sums, rows, lead, x, [&](const Some<T>& product, std::size_t b) {
    return product & begin.mask[b];
  });
  add_whole<T, R, 1, ahead>(sums, rows, lead, x, begin.masked, begin.stretched);
  for (std::int64_t i = begin.stretched; i < n; i += stretch) {
    Running<T, R> more;
    set_zero<T>(more);
    add_whole<T, R, 1, ahead>(more, rows + i, lead, x + i, 0, stretch);
    for (std::size_t r = 0; r < R; ++r) add_lanes<T>(sums[r], more[r]);
  }
}

// ---- how lanes meet: by halves ----

/// A sum of two batches of elements of a and b: those with numbers of First, and those that lie
/// `distance` behind them. The elements of b are numbered behind those of a.
template <class First, std::size_t distance, class V, std::size_t... I>
V folded(const V& a, const V& b, std::index_sequence<I...>) {
  using Register = typename V::register_type;
  const auto low = __builtin_shufflevector(a.data, b.data, First::of(I)...);
  const auto high = __builtin_shufflevector(a.data, b.data, (First::of(I) + distance)...);
  return V(static_cast<Register>(low)) + V(static_cast<Register>(high));
}

/// The halves of a in the first half, those of b in the second.
template <std::size_t size>
struct FirstHalves {
  static constexpr std::size_t of(std::size_t i) { return i < size / 2 ? i : i + size / 2; }
};
/// Within each part of L elements the first half of a's and of b's, `unit` elements in turn.
template <std::size_t size, std::size_t L, std::size_t unit>
struct FirstOfParts {
  static constexpr std::size_t of(std::size_t i) {
    const std::size_t j = i % L;
    return i - j + j / (2 * unit) * unit + j % unit + (j / unit % 2 == 0 ? 0 : size);
  }
};

/// The lanes of rows by halves, down to Last: those of two rows in one batch where it is twice as
/// long.
template <class T>
Some<T> halved(const Lanes<T>& a, const Lanes<T>& b) {
  constexpr std::size_t size = Some<T>::size;
  if constexpr (batches<T> == 2) {
    return a[0] + a[1];
  } else {
    return folded<FirstHalves<size>, size / 2>(a[0], b[0], std::make_index_sequence<size>{});
  }
}

/// The totals of as many rows as a batch is long, of what is left of them by halved().
template <class T>
Some<T> totals(const std::array<Some<T>, Last<T>::size>& s) {
  constexpr std::size_t size = Some<T>::size, part = Last<T>::size;
  constexpr auto all = std::make_index_sequence<size>{};
  if constexpr (part == 2) {
    return folded<FirstOfParts<size, 2, 1>, 1>(s[0], s[1], all);
  } else {
    using Ones = FirstOfParts<size, 4, 1>;
    return folded<FirstOfParts<size, 4, 2>, 2>(folded<Ones, 2>(s[0], s[1], all),
                                               folded<Ones, 2>(s[2], s[3], all), all);
  }
}

/// The totals of R rows, or these added to what is there.
template <class T, std::size_t R>
void store_totals(T* out, const Running<T, R>& rows, bool onto) {
  constexpr std::size_t size = Some<T>::size, part = Last<T>::size;
  for (std::size_t r = 0; r < R; r += size) {
    std::array<Some<T>, part> halves;
    for (std::size_t k = 0; k < part; ++k) {
      halves[k] = halved<T>(rows[r + k], rows[r + k + size - part]);
    }
    Some<T> result = totals<T>(halves);
    if (onto) result = Some<T>::load_unaligned(out + r) + result;
    result.store_unaligned(out + r);
  }
}

template <class T>
T total_of(const Lanes<T>& row) {
  alignas(32) T l[Some<T>::size];
  halved<T>(row, row).store_aligned(l);
  if constexpr (Last<T>::size == 2) {
    return l[0] + l[1];
  } else {
    return (l[0] + l[2]) + (l[1] + l[3]);
  }
}

}  // namespace tapegrad::kernels
