// Elements less their mean, by their deviation: of rows, of groups of channels, of channels over a
// batch.
#pragma once

#include <cstdint>

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

/// Which elements have a mean and a variance in common: unit u has `segments` of `length` dense
/// elements. A segment has a weight for each of its elements, or one for all, that of its channel.
struct Units {
  std::int64_t units, segments, length;
  std::int64_t unit_step,
      segment_step;  ///< from one unit to the next, from one segment to the next
  std::int64_t period, unit_channels, segment_channels;
  bool by_element;
  bool centered;  ///< otherwise the mean counts as 0

  std::int64_t elements() const { return segments * length; }
  std::int64_t at(std::int64_t u, std::int64_t j) const { return u * unit_step + j * segment_step; }
  std::int64_t channel(std::int64_t u, std::int64_t j) const {
    return u % period * unit_channels + j * segment_channels;
  }
  std::int64_t weights() const {
    return by_element ? length
                      : (period - 1) * unit_channels + (segments - 1) * segment_channels + 1;
  }
};

// Arrays are row-major and of one floating-point type, but for the moments, [2, units] of float64:
// means and variances. There is at least one element. `weight` and `bias` may be null.

/// (x - mean) / sqrt(variance + eps) * weight + bias, and the moments, which have the digits that
/// their type holds, however far from 0 the mean is.
void normalize(Ref out, Ref moments, Ref x, const Ref* weight, const Ref* bias, double eps,
               const Units& units);

/// The gradients of all three, moments being functions of x.
void normalize_back(Ref dx, Ref dweight, Ref dbias, Ref g, Ref x, Ref moments, const Ref* weight,
                    double eps, const Units& units);

}  // namespace tapegrad::kernels
