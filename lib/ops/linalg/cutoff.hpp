// Which singular values count as 0.
#pragma once

#include <algorithm>
#include <limits>

#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {

/// max(m, n) epsilon: what rounding makes of a 0, relative to the largest.
inline double rounding_of(const Tensor& matrices) {
  const double epsilon = matrices.dtype() == float32 ? std::numeric_limits<float>::epsilon()
                                                     : std::numeric_limits<double>::epsilon();
  return static_cast<double>(std::max(matrices.size(-2), matrices.size(-1))) * epsilon;
}

/// Where singular values, the last dimension, are above max(atol, rtol * the largest).
inline Tensor large(const Tensor& s, double atol, double rtol) {
  if (s.size(-1) == 0) return s > atol;
  return s > maximum(amax(s, -1, keepdim) * rtol, atol);
}

/// 1 / s, and 0 for those that count as 0.
inline Tensor inverse_of_large(const Tensor& s, double atol, double rtol) {
  const Tensor counts = large(s, atol, rtol);
  return where(counts, 1 / where(counts, s, 1), 0);
}

}  // namespace tapegrad
