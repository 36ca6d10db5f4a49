// e^x for the elements of a row, relative to that of the largest: what softmax and its kin are made
// of. e^x overflows float32 above 88.7; the difference from the largest, taken first, loses digits.
#pragma once

#include <cmath>
#include <limits>

#include "kernels/simd.hpp"

namespace tapegrad::kernels {

/// e^x * 2^n of batches, for the one n with which the largest power lies around 2^lift: all that
/// count beside that are normal numbers. Where elements are so large that this would lose digits it
/// is e^(x - largest).
template <class T>
class RowPower {
  using F = Formulas<T>;
  using V = Batch<T>;

 public:
  /// No element is larger; it may be infinite or NaN.
  explicit RowPower(T largest) : largest_(largest) {
    if (!(std::abs(largest) <= F::exp_exact)) return;
    constexpr T rounding = rounding_to_integer<T>();
    const T n = (largest * T(1.44269504088896340736L) + rounding) - rounding;
    rounding_ = rounding - (n - F::lift);
    least_ = largest - (F::exp_normal - 1) - F::lift * T(0.69314718055994530942L);
  }
  [[gnu::always_inline]] V operator()(const V& x) const {
    if (!xsimd::all(x >= V(least_))) [[unlikely]]
      return far(x);
    return scaled_exp(rounding_, x);
  }
  /// What it gives for the largest.
  T largest() const { return (*this)(V(largest_)).get(0); }

 private:
  [[gnu::noinline]] V far(V x) const {
    if (least_ != least_) return exp_of_difference(x, V(largest_));
    const V power = xsimd::select(x < V(least_), V(T(0)), scaled_exp(rounding_, x));
    return xsimd::select(x == x, power, x);
  }

  T largest_;
  T least_ = std::numeric_limits<T>::quiet_NaN();  // whose power counts
  T rounding_ = 0;
};

}  // namespace tapegrad::kernels
