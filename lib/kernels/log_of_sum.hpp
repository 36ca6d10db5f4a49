// The logarithm of a sum of powers, of one dense row, relative to that of its maximum, which stays
// outside of the sum: log1p keeps the rest.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/map.hpp"
#include "kernels/row_power.hpp"
#include "kernels/row_sum.hpp"

namespace tapegrad::kernels {

/// y[i] = f(x[i]); y may be x.
template <class T, class F>
void map_dense(T* y, const T* x, std::int64_t n, const F& f) {
  VectorRow<T, 1>::dense(f, y, {x}, {1}, n);
}

/// log(sum(exp(x - x[most]))), where x[most] is the largest element.
template <class T>
double log_of_sum(const T* x, std::int64_t n, std::int64_t most) {
  constexpr std::int64_t chunk = 512;
  alignas(64) T powers[chunk];
  const RowPower<T> power(x[most]);
  T own = 1;
  Compensated others;
  for (std::int64_t i = 0; i < n; i += chunk) {
    const std::int64_t m = std::min(chunk, n - i);
    map_dense(powers, x + i, m, power);
    if (most >= i && most < i + m) {
      own = powers[most - i];
      powers[most - i] = own - own;  // 0, or NaN
    }
    RowSum<T>::add(others, powers, m);
  }
  return log1p(others.value() / static_cast<double>(own));
}

}  // namespace tapegrad::kernels
