// Copies, conversions and fills: moving elements without computing.
#pragma once

#include <string_view>

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

/// out[i] = in[i], converted to out's element type: integers wrap around, floats saturate in
/// integers, where NaN is 0. Both have the same shape.
void copy(Ref out, Ref in);

/// Throws DTypeError in `operation`'s name for a number that doesn't fit.
void fill(Ref out, Scalar value, std::string_view operation = "fill");

}  // namespace tapegrad::kernels
