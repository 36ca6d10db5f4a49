// Products of matrices in registers: a panel of b's columns, laid out for that, meets rows of a.
// A sum goes over its products in their order, in parts of `depth`, whatever stands beside it;
// multiplications are fused with additions where the processor can, as in BLAS.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/simd.hpp"
#include "kernels/transpose.hpp"

namespace tapegrad::kernels {

/// Without fused multiplications BLAS, which takes what the processor has, is faster.
#if defined(__FMA__)
inline constexpr bool panels_pay = true;
#else
inline constexpr bool panels_pay = false;
#endif

/// a b + c, rounded once. xsimd 8 has it for AVX-512 as two operations.
template <class V>
V fused(V a, V b, V c) {
#if defined(__AVX512F__)
  if constexpr (std::is_same_v<V, xsimd::batch<float>>) return _mm512_fmadd_ps(a, b, c);
  if constexpr (std::is_same_v<V, xsimd::batch<double>>) return _mm512_fmadd_pd(a, b, c);
#endif
  return xsimd::fma(a, b, c);
}

/// V tells the code of one instruction set from another's, where a program has both.
template <class T, class V = Batch<T>>
class Panel {
  static constexpr std::int64_t width = static_cast<std::int64_t>(V::size);
  // Eight sums at a time keep both of a core's units busy. AVX-512 has registers for more, and
  // multiplies by a number in memory: of b one batch is enough, and its panel half as large.
  static constexpr bool many_registers = sizeof(V) == 64;
  static constexpr std::int64_t batches = many_registers ? 1 : 2;
  static constexpr std::int64_t rows = many_registers ? 12 : 4;

 public:
  static constexpr std::int64_t columns = batches * width;
  /// Of so many rows of b a panel fits into the first cache, with some rows of a. Sums of so many
  /// products are added to one another, which rounds less than one long sum.
  static constexpr std::int64_t depth = 256;

  /// `count` columns of b, k rows long, with zeros up to `columns`: to[k, columns].
  static void lay(T* to, const T* b, std::int64_t b_row, std::int64_t b_col, std::int64_t k,
                  std::int64_t count) {
    if (b_col == 1) {
      for (std::int64_t l = 0; l < k; ++l, to += columns) lay_row(to, b + l * b_row, count);
      return;
    }
    std::int64_t l = 0;
    if (count == columns && b_row == 1) {
      for (; l + Turned::side <= k; l += Turned::side) {
        for (std::int64_t j = 0; j < columns; j += Turned::side)
          Turned::square(bits(to + l * columns + j), columns, bits(b + l + j * b_col), b_col);
      }
    }
    for (; l < k; ++l) {
      for (std::int64_t j = 0; j < columns; ++j)
        to[l * columns + j] = j < count ? b[l * b_row + j * b_col] : T(0);
    }
  }

  /// a[m, k], whose columns lie dense, row by row: to[m, k].
  static void turn(T* to, const T* a, std::int64_t a_col, std::int64_t m, std::int64_t k) {
    Turned::template block<Write::keep>(bits(to), k, bits(a), a_col, m, k);
  }

  /// out[m, count] = a[m, k] @ panel, or that added to what is there; rows of a and out lie dense,
  /// so many elements apart.
  static void multiply(const T* panel, std::int64_t k, const T* a, std::int64_t a_row,
                       std::int64_t m, T* out, std::int64_t out_row, std::int64_t count,
                       bool onto) {
    std::int64_t i = 0;
    const auto block = [&](auto height) {
      const Rows r{panel, k, a + i * a_row, a_row, out + i * out_row, out_row};
      count == columns ? whole<height.value>(r, onto) : part<height.value>(r, count, onto);
      i += height.value;
    };
    while (i + rows <= m) block(Height<rows>{});
    while (rows > 4 && i + 4 <= m) block(Height<4>{});
    if (m - i == 3) return block(Height<3>{});
    if (m - i == 2) return block(Height<2>{});
    if (m - i == 1) return block(Height<1>{});
  }

 private:
  using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  using Turned = Transposer<Bits>;
  template <std::int64_t m>
  using Height = std::integral_constant<std::int64_t, m>;
  static Bits* bits(T* x) { return reinterpret_cast<Bits*>(x); }
  static const Bits* bits(const T* x) { return reinterpret_cast<const Bits*>(x); }

  static void lay_row(T* to, const T* from, std::int64_t count) {
    if (count == columns) {
      for (std::int64_t j = 0; j < columns; j += width)
        V::load_unaligned(from + j).store_unaligned(to + j);
      return;
    }
    std::fill(std::copy_n(from, count, to), to + columns, T(0));
  }

  struct Rows {
    const T* panel;
    std::int64_t k;
    const T* a;
    std::int64_t a_row;
    T* out;
    std::int64_t out_row;
  };

  template <std::int64_t m>
  [[gnu::noinline]] static void whole(const Rows& r, bool onto) {
    V sums[m][batches];
    for (std::int64_t i = 0; i < m; ++i) {
      for (std::int64_t v = 0; v < batches; ++v) sums[i][v] = V(T(0));
    }
    for (std::int64_t l = 0; l < r.k; ++l) {
      V b[batches];
      for (std::int64_t v = 0; v < batches; ++v)
        b[v] = V::load_unaligned(r.panel + l * columns + v * width);
      for (std::int64_t i = 0; i < m; ++i) {
        const V a(r.a[i * r.a_row + l]);
        for (std::int64_t v = 0; v < batches; ++v) sums[i][v] = fused(a, b[v], sums[i][v]);
      }
    }
    for (std::int64_t i = 0; i < m; ++i) {
      for (std::int64_t v = 0; v < batches; ++v) {
        T* const out = r.out + i * r.out_row + v * width;
        (onto ? V::load_unaligned(out) + sums[i][v] : sums[i][v]).store_unaligned(out);
      }
    }
  }

  /// Of the panel's columns `out` has the first ones alone.
  template <std::int64_t m>
  [[gnu::noinline]] static void part(Rows r, std::int64_t count, bool onto) {
    alignas(64) std::array<T, static_cast<std::size_t>(m * columns)> wide;
    T* const out = r.out;
    const std::int64_t out_row = r.out_row;
    for (std::int64_t i = 0; onto && i < m; ++i)
      lay_row(wide.data() + i * columns, out + i * out_row, count);
    r.out = wide.data();
    r.out_row = columns;
    whole<m>(r, onto);
    for (std::int64_t i = 0; i < m; ++i)
      std::copy_n(wide.data() + i * columns, count, out + i * out_row);
  }
};

}  // namespace tapegrad::kernels
