// e^x relative to that of the largest element, with all its digits.
#pragma once

#include "kernels/simd.hpp"

namespace tapegrad::kernels {

/// exp(v - shift) of batches, for v <= shift.
template <class T>
struct ShiftedExp {
  T shift;
  Batch<T> operator()(const Batch<T>& v) const { return exp_of_difference(v, Batch<T>(shift)); }
};

}  // namespace tapegrad::kernels
