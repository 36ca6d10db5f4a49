// Reductions: sums, means, extremes, and what is built on them.
#pragma once

#include <utility>

#include "tapegrad/keepdim.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

// Where a function takes `dims`, an empty list means all dimensions. Each throws IndexError for a
// dim that is out of range or given twice.

/// Sum of all elements: rank 0. Integers and booleans give int64. Derivative: g everywhere.
/// Floats are added in a fixed order, the same for any number of threads; the error is below
/// (2^-23 + 2^-44) * sum(|x|) for float32, 2^-44 * sum(|x|) for float64, and the last rounding.
Tensor sum(const Tensor& x);
Tensor sum(const Tensor& x, const Dims& dims, Keepdim keep = Keepdim::no);

/// Sums x down to a shape that broadcasts to x's: the derivative of broadcasting. x itself if it
/// has that shape. Throws ShapeError when it doesn't. Derivative: g, broadcast.
Tensor sum_to(const Tensor& x, const Shape& shape);

/// Mean; of nothing it is NaN. Derivative: g / count. Throws DTypeError for integers.
Tensor mean(const Tensor& x);
Tensor mean(const Tensor& x, const Dims& dims, Keepdim keep = Keepdim::no);

/// Variance: the squares of the deviations from the mean, added up and divided by the number of
/// elements - `correction` (by 0 where that is negative, so NaN or infinite for too few elements).
/// Derivative: 2 g (x - mean) / (count - correction). Throws DTypeError for integers, Error for a
/// correction that isn't finite.
Tensor var(const Tensor& x);
Tensor var(const Tensor& x, const Dims& dims, Keepdim keep = Keepdim::no, double correction = 1);

/// Standard deviation: the root of the variance. Derivative: g (x - mean) / (y (count -
/// correction)); at the kink, where y is 0, 0 at every order, also of sqrt(y) and log(y), whose
/// derivative is infinite there. Throws as var().
Tensor std(const Tensor& x);
Tensor std(const Tensor& x, const Dims& dims, Keepdim keep = Keepdim::no, double correction = 1);

/// var() or std(), and mean() of the same elements, which is found on the way:
///   const auto [variance, mean] = var_mean(x, 0);
/// Derivatives and errors are those of var(), std() and mean().
std::pair<Tensor, Tensor> var_mean(const Tensor& x);
std::pair<Tensor, Tensor> var_mean(const Tensor& x, const Dims& dims, Keepdim keep = Keepdim::no,
                                   double correction = 1);
std::pair<Tensor, Tensor> std_mean(const Tensor& x);
std::pair<Tensor, Tensor> std_mean(const Tensor& x, const Dims& dims, Keepdim keep = Keepdim::no,
                                   double correction = 1);

/// How many elements aren't 0 (NaN isn't): int64, without derivative.
Tensor count_nonzero(const Tensor& x, const Dims& dims = {}, Keepdim keep = Keepdim::no);
/// Whether there is one, whether all are: bool, without derivative. Of nothing: no, and yes.
Tensor any(const Tensor& x, const Dims& dims = {}, Keepdim keep = Keepdim::no);
Tensor all(const Tensor& x, const Dims& dims = {}, Keepdim keep = Keepdim::no);

}  // namespace tapegrad
