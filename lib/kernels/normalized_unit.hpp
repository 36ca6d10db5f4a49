// One unit of what normalize.hpp normalises: for its loops.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "kernels/normalize.hpp"
#include "kernels/parallel.hpp"
#include "kernels/simd.hpp"

namespace tapegrad::kernels {

template <class V, class T>
[[gnu::always_inline]] inline V load_as(const T* from) {
  if constexpr (std::is_same_v<V, T>) {
    return *from;
  } else {
    return V::load_unaligned(from);
  }
}
template <class T>
[[gnu::always_inline]] inline void store_to(T* to, T v) {
  *to = v;
}
template <class T>
[[gnu::always_inline]] inline void store_to(T* to, const Batch<T>& v) {
  v.store_unaligned(to);
}

/// f(type, i) for the batches, and then the numbers, of a row of n. For so many arrays a compiler
/// asks each time whether they overlap.
template <class T, class F>
[[gnu::always_inline]] inline void each_batch_of(std::int64_t n, const F& f) {
  constexpr auto width = static_cast<std::int64_t>(Batch<T>::size);
  std::int64_t i = 0;
  for (; i + width <= n; i += width) f(std::type_identity<Batch<T>>{}, i);
  for (; i < n; ++i) f(std::type_identity<T>{}, i);
}

/// (v - mean) / deviation; the mean in two parts, so that none of its digits is missing.
template <class T>
struct Standard {
  T high, low, inverse;
  /// `moments`: the means of all units, then their variances.
  Standard(const double* moments, std::int64_t unit, double eps, const Units& units) {
    high = static_cast<T>(moments[unit]);
    low = static_cast<T>(moments[unit] - static_cast<double>(high));
    inverse = static_cast<T>(1 / std::sqrt(moments[units.units + unit] + eps));
  }
  auto operator()(const auto& v) const { return ((v - high) - low) * inverse; }
};

template <class F>
void each_unit(const Units& units, const F& f) {
  parallel_for(units.units, std::max<std::int64_t>(1, grain / units.elements()),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t u = begin; u < end; ++u) f(u);
               });
}

/// Elements that fit the smallest cache, with some others.
inline constexpr std::int64_t in_cache = 1 << 12;

/// f(begin, end) for units that fit the smallest cache together, or for one that doesn't.
template <class F>
void some_units(const Units& units, const F& f) {
  const std::int64_t some = std::max<std::int64_t>(1, in_cache / units.elements());
  parallel_for(units.units, std::max<std::int64_t>(1, grain / units.elements()),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t u = begin; u < end; u += some) f(u, std::min(end, u + some));
               });
}

}  // namespace tapegrad::kernels
