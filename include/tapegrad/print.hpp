// How tensors are printed. to_string(x) and std::cout << x are in tensor.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

struct PrintOptions {
  /// Digits after the point.
  int precision = 4;
  /// A tensor with more elements than this shows only the first and last ones of each dimension.
  std::int64_t threshold = 1000;
  /// How many of them at either end.
  std::int64_t edge_items = 3;
  /// Columns after which a row goes on in the next line.
  std::int64_t line_width = 80;
  /// 1.0000e+03 or 1000. Default: the former when the largest magnitude is above 1e8 or above
  /// 1000 times the smallest, or when the smallest is below 1e-4 (zeros aside).
  std::optional<bool> scientific = std::nullopt;
};

/// As to_string(x) in tensor.hpp, with other settings than the usual ones. Throws Error for a
/// precision outside 0 to 30, fewer than one edge item, a negative threshold or line width.
std::string to_string(const Tensor& x, const PrintOptions& options);

}  // namespace tapegrad
