// The largest element of windows, or their mean. Sizes of windows and results are lists with a
// number for each dimension, or one number for all. All throw DTypeError for integers, ShapeError
// where x has another rank or a window sees no element, Error for numbers that mean nothing.
#pragma once

#include <cstdint>
#include <optional>

#include "tapegrad/hints.hpp"
#include "tapegrad/ops/reduce/extreme.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

namespace nn {

struct MaxPoolOptions {
  tapegrad::detail::ByName by_name = {};
  /// How far each window is from the one before it; an empty list means as far as it reaches.
  Dims stride = {};
  /// What there is of -inf on both sides, at most half of a window.
  Dims padding = 0;
  Dims dilation = 1;
  /// Windows may end behind the end, as long as they begin before it.
  bool ceil_mode = false;
};

/// The largest element of each window, NaN if there is one. Planes have at most 2^31 - 1 elements.
///   x: [n, channels, size]  ->  [n, channels, places]
/// with (size + 2 padding - dilation (kernel - 1) - 1) / stride + 1 places, rounded down or with
/// `ceil_mode` up. Derivative: g to the element that is the result; at a kink, where several are,
/// to the first alone.
Tensor max_pool1d(const Tensor& x, const Dims& kernel_size, const MaxPoolOptions& options = {});
/// The same of [n, channels, height, width], with the same kink.
Tensor max_pool2d(const Tensor& x, const Dims& kernel_size, const MaxPoolOptions& options = {});
/// The same of [n, channels, depth, height, width], with the same kink.
Tensor max_pool3d(const Tensor& x, const Dims& kernel_size, const MaxPoolOptions& options = {});

/// With the place of each in its plane, counted row by row, int64: the first of equal elements.
Extremes max_pool1d_with_indices(const Tensor& x, const Dims& kernel_size,
                                 const MaxPoolOptions& options = {});
Extremes max_pool2d_with_indices(const Tensor& x, const Dims& kernel_size,
                                 const MaxPoolOptions& options = {});
Extremes max_pool3d_with_indices(const Tensor& x, const Dims& kernel_size,
                                 const MaxPoolOptions& options = {});

struct AvgPoolOptions {
  tapegrad::detail::ByName by_name = {};
  Dims stride = {};
  /// Zeros on both sides, at most half of a window.
  Dims padding = 0;
  bool ceil_mode = false;
  /// Zeros count as elements.
  bool count_include_pad = true;
  /// What sums are divided by, instead of the number of elements.
  std::optional<std::int64_t> divisor_override = {};
};

/// The mean of each window, in the shape that max_pool1d has. Derivative: g / elements to all of a
/// window.
Tensor avg_pool1d(const Tensor& x, const Dims& kernel_size, const AvgPoolOptions& options = {});
/// The same of [n, channels, height, width].
Tensor avg_pool2d(const Tensor& x, const Dims& kernel_size, const AvgPoolOptions& options = {});
/// The same of [n, channels, depth, height, width].
Tensor avg_pool3d(const Tensor& x, const Dims& kernel_size, const AvgPoolOptions& options = {});

/// As many windows as asked for, of about one size: window i of n has the elements from i size / n,
/// rounded down, to (i + 1) size / n, rounded up. -1 (None in PyTorch) keeps a size.
Tensor adaptive_avg_pool1d(const Tensor& x, const Dims& output_size);
Tensor adaptive_avg_pool2d(const Tensor& x, const Dims& output_size);
Tensor adaptive_avg_pool3d(const Tensor& x, const Dims& output_size);

/// The largest elements of such windows. Derivative and kink as max_pool1d.
Tensor adaptive_max_pool1d(const Tensor& x, const Dims& output_size);
/// The same of [n, channels, height, width], with the same kink.
Tensor adaptive_max_pool2d(const Tensor& x, const Dims& output_size);
/// The same of [n, channels, depth, height, width], with the same kink.
Tensor adaptive_max_pool3d(const Tensor& x, const Dims& output_size);

/// With the place of each, as max_pool1d_with_indices.
Extremes adaptive_max_pool1d_with_indices(const Tensor& x, const Dims& output_size);
Extremes adaptive_max_pool2d_with_indices(const Tensor& x, const Dims& output_size);
Extremes adaptive_max_pool3d_with_indices(const Tensor& x, const Dims& output_size);

struct LpPoolOptions {
  tapegrad::detail::ByName by_name = {};
  Dims stride = {};
  bool ceil_mode = false;
};

/// (sum(x^p))^(1 / p) of each window. Its derivative is NaN where the sum is 0 for p > 1. Throws
/// Error unless p is positive and finite.
Tensor lp_pool1d(const Tensor& x, double p, const Dims& kernel_size,
                 const LpPoolOptions& options = {});
Tensor lp_pool2d(const Tensor& x, double p, const Dims& kernel_size,
                 const LpPoolOptions& options = {});
Tensor lp_pool3d(const Tensor& x, double p, const Dims& kernel_size,
                 const LpPoolOptions& options = {});

}  // namespace nn

}  // namespace tapegrad
