// e^x relative to that of the largest element, with all its digits.
#pragma once

#include "kernels/simd.hpp"

namespace tapegrad::kernels {

/// exp(v - shift), with what the difference loses to rounding: of 100 with float32, 64 units in
/// the last place of the result. Source: Knuth, volume 2, section 4.2.2, theorem B.
template <class T>
struct ShiftedExp {
  T shift;
  template <class V>
  V operator()(const V& v) const {
    const V difference = v - shift;
    const V taken = difference - v;
    const V lost = (v - (difference - taken)) - (shift + taken);
    const V power = exp(difference);
    // An infinite difference has lost inf - inf, which is NaN.
    return power + power * where(lost == lost, lost, constant(lost, 0));
  }
};

}  // namespace tapegrad::kernels
