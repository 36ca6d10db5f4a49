// The inverse of a matrix, and the pseudoinverse of one that has none.
#pragma once

#include <optional>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// x^-1 of square matrices: [..., n, n]. solve(x, b) is faster than inv(x) @ b, and more exact.
/// Derivative: -y.T g y.T. NaN gives NaN. Throws LinAlgError for a matrix that is exactly singular,
/// ShapeError for one that isn't square, DTypeError for integers.
Tensor inv(const Tensor& x);
/// The same by PyTorch's older name.
Tensor inverse(const Tensor& x);

/// The Moore-Penrose pseudoinverse: [..., m, n] -> [..., n, m]. Singular values up to
/// max(atol, rtol * the largest) count as 0. Without rtol it is max(m, n) epsilon, or 0 where a
/// positive atol is given.
/// Derivative: that at constant rank: where the rank changes the pseudoinverse isn't continuous.
/// Throws LinAlgError for elements that aren't finite, ShapeError for rank 0 and 1, DTypeError for
/// integers, Error for tolerances that are negative or NaN.
Tensor pinv(const Tensor& x, std::optional<double> atol = std::nullopt,
            std::optional<double> rtol = std::nullopt);

}  // namespace tapegrad
