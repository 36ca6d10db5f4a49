// Copies, conversions and fills: moving elements without computing.
#pragma once

#include <cstdint>
#include <string_view>

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

/// out[i] = in[i], converted to out's element type: integers wrap around, floats saturate in
/// integers, where NaN is 0. Both have the same shape.
void copy(Ref out, Ref in);

/// The same for what stands on diagonal k of matrices and on one side of it; the rest is 0. `out`
/// is row-major.
void copy_triangle(Ref out, Ref in, std::int64_t k, bool lower);

/// A number as an element of `dtype`, the bits of which stand in the lowest of the result. Throws
/// DTypeError in `operation`'s name for a number that doesn't fit.
std::uint64_t element_bits(DType dtype, Scalar value, std::string_view operation);

/// Throws DTypeError in `operation`'s name for a number that doesn't fit.
void fill(Ref out, Scalar value, std::string_view operation = "fill");

}  // namespace tapegrad::kernels
