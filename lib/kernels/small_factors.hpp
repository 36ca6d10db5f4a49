// Factors of small matrices, row by row, in plain loops: LAPACK's calls take longer than their
// work. Like LAPACK's they return 0, or the number (from 1) of the first pivot that is wrong.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace tapegrad::kernels {

/// Up to here they take less time than OpenBLAS 0.3.21's.
inline constexpr std::int64_t small_order = 16;

/// L and U of the rows of `a` as they are exchanged: row i with row pivots[i] - 1, one after the
/// other. Pivots are the largest of their columns.
template <class T>
int factor_small(T* a, int n, int* pivots) {
  int info = 0;
  for (int j = 0; j < n; ++j) {
    int largest = j;
    for (int i = j + 1; i < n; ++i) {
      if (std::abs(a[i * n + j]) > std::abs(a[largest * n + j])) largest = i;
    }
    pivots[j] = largest + 1;
    T* top = a + j * n;
    if (largest != j) std::swap_ranges(top, top + n, a + largest * n);
    if (top[j] == 0) {
      if (info == 0) info = j + 1;
      continue;
    }
    for (T* row = top + n; row < a + n * n; row += n) {
      row[j] /= top[j];
      for (int k = j + 1; k < n; ++k) row[k] -= row[j] * top[k];
    }
  }
  return info;
}

/// A^-1 x in the place of x, which has `columns` numbers in each of n rows, with what
/// factor_small() made of A.
template <class T>
void solve_small(const T* a, int n, const int* pivots, T* x, std::int64_t columns) {
  const auto subtract = [=](int to, int from) {
    const T factor = a[to * n + from];
    for (std::int64_t k = 0; k < columns; ++k)
      x[to * columns + k] -= factor * x[from * columns + k];
  };
  for (int i = 0; i < n; ++i) {
    T* row = x + i * columns;
    if (pivots[i] != i + 1) std::swap_ranges(row, row + columns, x + (pivots[i] - 1) * columns);
  }
  for (int i = 1; i < n; ++i) {
    for (int j = 0; j < i; ++j) subtract(i, j);
  }
  for (int i = n; i-- > 0;) {
    for (int j = i + 1; j < n; ++j) subtract(i, j);
    for (std::int64_t k = 0; k < columns; ++k) x[i * columns + k] /= a[i * n + i];
  }
}

/// Cholesky's factor in the lower triangle; the upper one isn't read.
template <class T>
int cholesky_small(T* a, int n) {
  for (int j = 0; j < n; ++j) {
    T* row = a + j * n;
    for (int i = 0; i < j; ++i) {
      const T* above = a + i * n;
      for (int k = 0; k < i; ++k) row[i] -= row[k] * above[k];
      row[i] /= above[i];
      row[j] -= row[i] * row[i];
    }
    if (!(row[j] > 0)) return j + 1;
    row[j] = std::sqrt(row[j]);
  }
  return 0;
}

}  // namespace tapegrad::kernels
