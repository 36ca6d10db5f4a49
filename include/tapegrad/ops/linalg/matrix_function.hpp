// Powers and exponentials of square matrices, [..., n, n]. Throws ShapeError for others.
#pragma once

#include <cstdint>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// x @ x @ ... n times, by repeated squaring; the identity for n = 0, which doesn't depend on x,
/// and the power of inv(x) for negative n, with its errors. Integers, which wrap around, have only
/// the powers from 0 on. Derivative: that of the products. Throws DTypeError for booleans, and for
/// negative powers of integers.
Tensor matrix_power(const Tensor& x, std::int64_t n);

/// exp(x) = 1 + x + x @ x / 2 + ... Matrices with elements that aren't finite give NaN.
/// Derivative: the upper right quarter of the exponential of [[x.T, g], [0, x.T]].
/// Throws DTypeError for integers.
/// Source: Higham (2005), "The scaling and squaring method for the matrix exponential revisited".
Tensor matrix_exp(const Tensor& x);

}  // namespace tapegrad
