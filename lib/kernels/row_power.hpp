// e^x for the elements of a row, relative to that of the largest: what softmax and its kin are made
// of. e^x overflows float32 above 88.7; the difference from the largest, taken first, loses digits.
#pragma once

#include <cstdint>
#include <limits>

#include "kernels/simd.hpp"

namespace tapegrad::kernels {

/// As many elements of the fastest loops take the time of one with a power.
inline constexpr std::int64_t power_cost = 8;

/// e^x * 2^n of batches, for the one n of a row with which its largest power lies around 2^lift:
/// all that count beside that are normal numbers. Where elements are so large that this would lose
/// digits it is e^(x - largest).
template <class T>
class RowPower {
  using F = Formulas<T>;
  using V = Batch<T>;

 public:
  /// No element is larger; it may be infinite or NaN.
  explicit RowPower(T largest) : RowPower(V(largest)) {}
  /// A row for each lane.
  explicit RowPower(const V& largest) : largest_(largest) {
    const V rounding(rounding_to_integer<T>());
    const V n = (largest * V(T(1.44269504088896340736L)) + rounding) - rounding;
    rounding_ = rounding - (n - V(T(F::lift)));
    const V least = largest - V(F::exp_normal - 1) - V(F::lift * T(0.69314718055994530942L));
    least_ = xsimd::select(xsimd::abs(largest) <= V(F::exp_exact), least,
                           V(std::numeric_limits<T>::quiet_NaN()));
  }
  [[gnu::always_inline]] V operator()(const V& x) const {
    if (!xsimd::all(x >= least_)) [[unlikely]]
      return far(x);
    return scaled_exp(rounding_, x);
  }
  /// What it gives for the largest.
  V largest() const { return (*this)(largest_); }

 private:
  [[gnu::noinline]] V far(V x) const {
    const auto exact = least_ == least_;
    V power = xsimd::select(x < least_, V(T(0)), scaled_exp(rounding_, x));
    power = xsimd::select(x == x, power, x);
    if (xsimd::all(exact)) return power;
    return xsimd::select(exact, power, exp_of_difference(x, largest_));
  }

  V largest_;
  V least_;  // whose power counts; NaN where differences are taken
  V rounding_;
};

}  // namespace tapegrad::kernels
