// Reductions: sums, means, extremes, and what is built on them.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// Whether a reduced dimension stays, with size 1.
enum class Keepdim : bool { no, yes };
inline constexpr Keepdim keepdim = Keepdim::yes;

/// Sum of all elements: rank 0. Integers and booleans give int64. Derivative: g everywhere.
/// Floats are added in a fixed blocked order: the same result for any number of threads.
Tensor sum(const Tensor& x);
/// Over `dims`; an empty list means all. Throws IndexError for a dim out of range or given twice.
Tensor sum(const Tensor& x, const Dims& dims, Keepdim keep = Keepdim::no);

/// Sums x down to a shape that broadcasts to x's: the derivative of broadcasting.
/// Throws ShapeError when it doesn't. Derivative: g, broadcast.
Tensor sum_to(const Tensor& x, const Shape& shape);

/// Mean; of nothing it is NaN. Derivative: g / count. Throws DTypeError for integers.
Tensor mean(const Tensor& x);
Tensor mean(const Tensor& x, const Dims& dims, Keepdim keep = Keepdim::no);

}  // namespace gnu::visibility("default")]]tapegrad
