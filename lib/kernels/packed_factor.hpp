// A matrix laid out for many products with a few rows each: what BLAS would do anew in each call,
// which for 16 rows takes it half of the time. Rows go their own way, and have the same bits in
// any company.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "kernels/matrices.hpp"
#include "kernels/simd.hpp"

namespace tapegrad::kernels {

template <class T>
class PackedFactor {
 public:
  /// b is [k, n], with strides in elements.
  PackedFactor(std::int64_t k, std::int64_t n, const T* b, std::int64_t b_row, std::int64_t b_col)
      : k_(k), n_(n), panels_((n + columns - 1) / columns * columns * k) {
    T* to = panels_.get();
    for (std::int64_t first = 0; first < n; first += columns) {
      const std::int64_t count = std::min(columns, n - first);
      for (std::int64_t l = 0; l < k; ++l, to += columns) {
        const T* from = b + l * b_row + first * b_col;
        for (std::int64_t j = 0; j < count; ++j) to[j] = from[j * b_col];
        std::fill(to + count, to + columns, T(0));
      }
    }
  }

  /// out[m, n] = a[m, k] @ b, or that added to what is there; rows lie dense, so many elements
  /// apart. Multiplications are fused with additions where the processor can, as in BLAS.
  void multiply(std::int64_t m, const T* a, std::int64_t a_row, T* out, std::int64_t out_row,
                bool onto) const {
    const T* panel = panels_.get();
    for (std::int64_t first = 0; first < n_; first += columns, panel += columns * k_) {
      const std::int64_t count = std::min(columns, n_ - first);
      for (std::int64_t i = 0; i < m; i += rows) {
        const Rows block{panel,   a + i * a_row, a_row, out + i * out_row + first,
                         out_row, count,         onto};
        switch (std::min(rows, m - i)) {
          case 1:
            multiply_rows<1>(block);
            break;
          case 2:
            multiply_rows<2>(block);
            break;
          case 3:
            multiply_rows<3>(block);
            break;
          default:
            multiply_rows<rows>(block);
        }
      }
    }
  }

 private:
  using V = Batch<T>;
  static constexpr std::int64_t width = static_cast<std::int64_t>(V::size);
  // Eight sums at a time keep both of a core's units busy.
  static constexpr std::int64_t rows = 4;
  static constexpr std::int64_t batches = 2;
  static constexpr std::int64_t columns = batches * width;

  struct Rows {
    const T* panel;
    const T* a;
    std::int64_t a_row;
    T* out;
    std::int64_t out_row;
    std::int64_t count;  // of columns
    bool onto;
  };

  template <std::int64_t m>
  void multiply_rows(Rows r) const {
    alignas(64) std::array<T, static_cast<std::size_t>(m * columns)> part;
    const Rows whole = r;
    if (r.count < columns) {
      if (r.onto) copy(part.data(), columns, r.out, r.out_row, m, r.count);
      r.out = part.data();
      r.out_row = columns;
    }
    V sums[m][batches];
    for (std::int64_t i = 0; i < m; ++i) {
      for (std::int64_t v = 0; v < batches; ++v)
        sums[i][v] = r.onto ? V::load_unaligned(r.out + i * r.out_row + v * width) : V(T(0));
    }
    for (std::int64_t l = 0; l < k_; ++l) {
      const V b[batches] = {V::load_unaligned(r.panel + l * columns),
                            V::load_unaligned(r.panel + l * columns + width)};
      for (std::int64_t i = 0; i < m; ++i) {
        const V a(r.a[i * r.a_row + l]);
        for (std::int64_t v = 0; v < batches; ++v) sums[i][v] = xsimd::fma(a, b[v], sums[i][v]);
      }
    }
    for (std::int64_t i = 0; i < m; ++i) {
      for (std::int64_t v = 0; v < batches; ++v)
        sums[i][v].store_unaligned(r.out + i * r.out_row + v * width);
    }
    if (r.count < columns) copy(whole.out, whole.out_row, part.data(), columns, m, r.count);
  }

  static void copy(T* to, std::int64_t to_row, const T* from, std::int64_t from_row, std::int64_t m,
                   std::int64_t count) {
    for (std::int64_t i = 0; i < m; ++i) std::copy_n(from + i * from_row, count, to + i * to_row);
  }

  std::int64_t k_, n_;
  Scratch<T> panels_;
};

}  // namespace tapegrad::kernels
