// One unit of what normalize.hpp normalises: for its loops.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "kernels/normalize.hpp"
#include "kernels/parallel.hpp"

namespace tapegrad::kernels {

/// (v - mean) / deviation; the mean in two parts, so that none of its digits is missing.
template <class T>
struct Standard {
  T high, low, inverse;
  Standard(Ref moments, std::int64_t unit, double eps, const Units& units) {
    const double* m = moments.as<const double>();
    high = static_cast<T>(m[unit]);
    low = static_cast<T>(m[unit] - static_cast<double>(high));
    inverse = static_cast<T>(1 / std::sqrt(m[units.units + unit] + eps));
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

/// f(begin, end) for units that fit the smallest cache together, or for one that doesn't.
template <class F>
void some_units(const Units& units, const F& f) {
  constexpr std::int64_t in_cache = 1 << 12;
  const std::int64_t some = std::max<std::int64_t>(1, in_cache / units.elements());
  parallel_for(units.units, std::max<std::int64_t>(1, grain / units.elements()),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t u = begin; u < end; u += some) f(u, std::min(end, u + some));
               });
}

template <class T>
struct Affine {
  const T* weight;
  const T* bias;
  Affine(const Ref* w, const Ref* b)
      : weight(w ? w->as<const T>() : nullptr), bias(b ? b->as<const T>() : nullptr) {}
  T factor(std::int64_t channel) const { return weight ? weight[channel] : T(1); }
  T summand(std::int64_t channel) const { return bias ? bias[channel] : T(0); }
};

}  // namespace tapegrad::kernels
