// Products of small matrices, for which the call of a BLAS costs more than the work, and of
// integers. Takes any strides. Knows no batches and no BLAS.
#pragma once

#include <cstdint>
#include <type_traits>

namespace tapegrad::kernels {

/// out[m, n] = a[m, k] @ b[k, n], or that added to what is there (`onto`); strides in elements. A
/// row of out lies dense, `out_row` after the one before it: n where that is 0.
template <class T>
struct Product {
  std::int64_t m, n, k;
  T* out;
  const T* a;
  std::int64_t a_row, a_col;
  const T* b;
  std::int64_t b_row, b_col;
  bool onto = false;
  std::int64_t out_row = 0;

  std::int64_t lead() const { return out_row == 0 ? n : out_row; }
  bool has_gaps() const { return m > 1 && lead() != n; }
  /// Those of its rows, or columns, from `first` on.
  Product part(bool of_rows, std::int64_t first, std::int64_t count) const {
    Product some = *this;
    some.out_row = lead();
    (of_rows ? some.m : some.n) = count;
    (of_rows ? some.a : some.b) += first * (of_rows ? a_row : b_col);
    some.out += first * (of_rows ? lead() : 1);
    return some;
  }
  /// out^T = b^T @ a^T, which turns a column into a row; only for those.
  Product transposed() const { return {n, m, k, out, b, b_col, b_row, a, a_col, a_row, onto}; }
};

/// One element of out after the other.
template <class T>
void multiply_by_dots(const Product<T>& p) {
  // Unsigned, so that overflow of integers wraps around.
  using Sum = std::conditional_t<std::is_integral_v<T>, std::uint64_t, T>;
  for (std::int64_t i = 0; i < p.m; ++i) {
    for (std::int64_t j = 0; j < p.n; ++j) {
      const T* x = p.a + i * p.a_row;
      const T* y = p.b + j * p.b_col;
      T& result = p.out[i * p.lead() + j];
      Sum sum = p.onto ? static_cast<Sum>(result) : Sum(0);
      for (std::int64_t l = 0; l < p.k; ++l) {
        sum += static_cast<Sum>(x[l * p.a_col]) * static_cast<Sum>(y[l * p.b_row]);
      }
      result = static_cast<T>(sum);
    }
  }
}

/// One row of out after the other, as a sum of b's rows, which lie without gaps: vector loops.
/// For floats: integers would overflow.
template <class T>
void multiply_by_rows(const Product<T>& p) {
  for (std::int64_t i = 0; i < p.m; ++i) {
    T* to = p.out + i * p.lead();
    if (!p.onto) {
      const T first = p.a[i * p.a_row];
      for (std::int64_t j = 0; j < p.n; ++j) to[j] = first * p.b[j];
    }
    for (std::int64_t l = p.onto ? 0 : 1; l < p.k; ++l) {
      const T factor = p.a[i * p.a_row + l * p.a_col];
      const T* row = p.b + l * p.b_row;
      for (std::int64_t j = 0; j < p.n; ++j) to[j] += factor * row[j];
    }
  }
}

/// k >= 1.
template <class T>
void multiply_small(const Product<T>& p) {
  if constexpr (std::is_floating_point_v<T>) {
    if (p.n == 1 && p.a_row == 1 && p.m > 1 && !p.has_gaps())
      return multiply_by_rows(p.transposed());
    if (p.b_col == 1 && p.n > 1) return multiply_by_rows(p);
  }
  multiply_by_dots(p);
}

}  // namespace tapegrad::kernels
