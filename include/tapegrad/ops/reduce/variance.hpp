// Variance and standard deviation.
#pragma once

#include <utility>

#include "tapegrad/keepdim.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

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

/// How the rows of x, [variables, observations], vary together: [variables, variables], the
/// products of their deviations from the mean, added up and divided by the number of observations -
/// `correction` (by 0 where that is negative). A vector, and a single row, is one variable, whose
/// variance has rank 0. Derivative: (g + g.T) (x - mean) over that number. Throws ShapeError for
/// another rank, DTypeError for integers.
Tensor cov(const Tensor& x, std::int64_t correction = 1);
/// cov() divided by the deviations of both variables, within [-1, 1]; 1 on the diagonal, and NaN
/// beside a variable that doesn't vary. Derivative: that of these operations. Throws as cov().
Tensor corrcoef(const Tensor& x);

}  // namespace tapegrad
