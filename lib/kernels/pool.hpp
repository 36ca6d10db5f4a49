// Windows over the planes of an array: the largest element that each sees, or their mean.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

/// The windows along one dimension. The taps of window o are at o * stride - before, `dilation`
/// apart; or, where they share the dimension out evenly, they are all elements of its part.
struct Windows {
  std::int64_t in = 1;
  std::int64_t out = 1;
  std::int64_t size = 1;
  std::int64_t stride = 1;
  std::int64_t before = 0;
  std::int64_t dilation = 1;
  bool even = false;

  /// The first tap inside, and the end of the last.
  std::int64_t begin(std::int64_t o) const {
    if (even) return o * in / out;
    const std::int64_t at = o * stride - before;
    return at >= 0 ? at : at + (-at + dilation - 1) / dilation * dilation;
  }
  std::int64_t end(std::int64_t o) const {
    if (even) return ((o + 1) * in + out - 1) / out;
    return std::min(o * stride - before + (size - 1) * dilation + 1, in);
  }
  /// How many elements a mean divides by: with zeros that lie before or behind, or without.
  std::int64_t count(std::int64_t o, bool with_zeros) const {
    if (even || !with_zeros) return end(o) - begin(o);
    const std::int64_t at = o * stride - before;
    return std::min(at + size, in + before) - at;
  }
};

using Pool = std::array<Windows, 3>;

// Arrays are row-major: [planes, in...] of a floating-point type, and [planes, out...]. Planes are
// shared between threads. Windows have at least one element.

/// The largest element of each window; NaN if there is one. Of maxima, planes have less than 2^31
/// elements.
void max_pool(Ref out, Ref in, const Pool& pool);
/// Where it is in its plane, as int64: of equal elements the first, of NaN the last.
void max_pool_places(Ref out, Ref in, const Pool& pool);
/// What arrives at the maxima of `in`, there.
void max_pool_back(Ref out, Ref g, Ref in, const Pool& pool);

/// What the sums of windows are divided by.
struct Divisor {
  bool with_zeros = true;
  double fixed = 0;  ///< or this, if it isn't 0
};
/// The mean of each window.
void mean_pool(Ref out, Ref in, const Pool& pool, const Divisor& divisor);
/// What arrives at the means, spread over their windows.
void mean_pool_back(Ref out, Ref g, const Pool& pool, const Divisor& divisor);

}  // namespace tapegrad::kernels
