// More elements at the ends of dimensions.
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// What the new elements are: a number, the elements seen in a mirror (without the outermost),
/// the outermost again, or those of the other end.
enum class PadMode { constant, reflect, replicate, circular };

/// {before, after} of the last dimension, then of the one before it, ...: pad(x, {1, 2}) gives each
/// row one element more at its start and two at its end. Negative numbers cut off: of a circular
/// padding before it goes round. `value` is what a constant padding fills in.
/// Derivative: g to x, from each of its copies. Throws ShapeError for a list of odd length or
/// longer than there are dimensions, for cutting off more than there is, and for reflecting as far
/// as a dimension's size, or going round further than it; DTypeError for a value that doesn't fit.
Tensor pad(const Tensor& x, const std::vector<std::int64_t>& widths, Scalar value = 0);
Tensor pad(const Tensor& x, const std::vector<std::int64_t>& widths, PadMode mode,
           Scalar value = 0);
template <std::convertible_to<std::string_view> Mode>
Tensor pad(const Tensor& x, const std::vector<std::int64_t>&, const Mode&, const auto&...) {
  static_assert(!std::convertible_to<Mode, std::string_view>,
                "write the mode as PadMode::reflect, for example");
  return x;
}

}  // namespace tapegrad
