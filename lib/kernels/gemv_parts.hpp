// What the loops of gemv.cpp and gemv_columns.hpp share.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/simd.hpp"
#include "kernels/small_gemm.hpp"

namespace tapegrad::kernels {

/// Half of the largest registers: rows begin anywhere, and a load that crosses a cache line counts
/// twice.
template <class T>
using Some = xsimd::make_sized_batch_t<T, std::min(Batch<T>::size, 32 / sizeof(T))>;

template <class T>
constexpr std::int64_t width = static_cast<std::int64_t>(Some<T>::size);

/// As many elements as a register of the oldest processors holds.
template <class T>
using Last = xsimd::make_sized_batch_t<T, 16 / sizeof(T)>;
template <class T>
constexpr std::int64_t last_width = static_cast<std::int64_t>(Last<T>::size);

template <class T>
bool is_larger(const Product<T>& p, double bytes) {
  return static_cast<double>(p.m) * static_cast<double>(p.k) * sizeof(T) > bytes;
}
/// A matrix larger than the caches comes from memory fastest in its order, one row after another.
template <class T>
bool beyond_caches(const Product<T>& p) {
  return is_larger(p, 1 << 24);
}
/// It isn't in the caches that are a core's own.
template <class T>
bool beyond_near_caches(const Product<T>& p) {
  return is_larger(p, 1 << 20);
}

/// The same elements side by side.
template <class T>
class Dense {
 public:
  Dense(const T* x, std::int64_t stride, std::int64_t n) : data_(x) {
    if (stride == 1 || n == 1) return;
    copy_.resize(static_cast<std::size_t>(n));
    for (std::int64_t i = 0; i < n; ++i) copy_[static_cast<std::size_t>(i)] = x[i * stride];
    data_ = copy_.data();
  }
  const T* data() const { return data_; }

 private:
  std::vector<T> copy_;
  const T* data_;
};

}  // namespace tapegrad::kernels
