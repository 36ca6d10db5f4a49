// A matrix laid out once for many products with a few rows each: what BLAS would do anew in each
// call, which for 16 rows takes it a third of the time. Rows have the same bits in any company.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/matrices.hpp"
#include "kernels/panels.hpp"

namespace tapegrad::kernels {

template <class T, class V = Batch<T>>
class PackedFactor {
  static constexpr std::int64_t columns = Panel<T, V>::columns;
  static constexpr std::int64_t depth = Panel<T, V>::depth;

 public:
  /// b is [k, n], with strides in elements.
  PackedFactor(std::int64_t k, std::int64_t n, const T* b, std::int64_t b_row, std::int64_t b_col)
      : k_(k), n_(n), panels_((n + columns - 1) / columns * columns * k) {
    for (std::int64_t j = 0; j < n; j += columns) {
      Panel<T, V>::lay(panels_.get() + j * k, b + j * b_col, b_row, b_col, k,
                       std::min(columns, n - j));
    }
  }

  /// out[m, n] = a[m, k] @ b, or that added to what is there; rows lie dense, so many elements
  /// apart.
  void multiply(std::int64_t m, const T* a, std::int64_t a_row, T* out, std::int64_t out_row,
                bool onto) const {
    for (std::int64_t j = 0; j < n_; j += columns) {
      const T* const panel = panels_.get() + j * k_;
      for (std::int64_t l = 0; l < k_; l += depth) {
        Panel<T, V>::multiply(panel + l * columns, std::min(depth, k_ - l), a + l, a_row, m,
                              out + j, out_row, std::min(columns, n_ - j), onto || l > 0);
      }
    }
  }

 private:
  std::int64_t k_, n_;
  Scratch<T> panels_;
};

}  // namespace tapegrad::kernels
