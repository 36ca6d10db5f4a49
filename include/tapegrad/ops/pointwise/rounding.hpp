// Whole numbers near a number, and division with a remainder.
// In-place forms: x.floor_() is floor() written into x.
#pragma once

#include <string_view>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// The largest whole number up to x; integers stay. Derivative: 0, at the kinks, the whole numbers,
/// too.
Tensor floor(const Tensor& x);
/// The smallest whole number from x on; integers stay. Derivative: 0, at the kinks, the whole
/// numbers, too.
Tensor ceil(const Tensor& x);
/// The whole number nearest to x, the even one of two; integers stay. With `decimals`, the nearest
/// multiple of 10^-decimals. Derivative: 0, at the kinks, halfway, too. Throws DTypeError for
/// decimals of integers.
Tensor round(const Tensor& x, std::int64_t decimals = 0);
/// x without its fraction: rounded towards 0; integers stay. Derivative: 0, at the kinks, the whole
/// numbers, too.
Tensor trunc(const Tensor& x);
/// x - trunc(x), the fraction with the sign of x; NaN of an infinite x. Derivative: 1, at the
/// kinks, the whole numbers, too.
Tensor frac(const Tensor& x);

/// What is left of a / b rounded down: it has the sign of b, as % has in Python. Integers stay
/// integers; a number divided by 0 leaves NaN. Derivative: 1 to a and -floor(a / b) to b, at the
/// kinks, where a is a multiple of b, too. Throws DTypeError for booleans, Error if an integer is
/// divided by 0.
Tensor remainder(const Tensor& a, const Tensor& b);
Tensor remainder(const Tensor& a, Scalar b);
Tensor remainder(Scalar a, const Tensor& b);
/// What is left of a / b rounded towards 0: it has the sign of a, as % has in C++. Derivative: 1 to
/// a and -trunc(a / b) to b, at the kinks, where a is a multiple of b, too. Otherwise as
/// remainder.
Tensor fmod(const Tensor& a, const Tensor& b);
Tensor fmod(const Tensor& a, Scalar b);
Tensor fmod(Scalar a, const Tensor& b);
/// a / b rounded down; integers stay integers, and wrap around. Derivative: 0, at the kinks, where
/// a is a multiple of b, too. Otherwise as remainder.
Tensor floor_divide(const Tensor& a, const Tensor& b);
Tensor floor_divide(const Tensor& a, Scalar b);
Tensor floor_divide(Scalar a, const Tensor& b);
/// a / b and then, with the mode "floor", floor_divide(); with "trunc" rounded towards 0, where
/// integers stay integers. Derivative: 0. Throws Error for another mode, and as remainder.
Tensor div(const Tensor& a, const Tensor& b, std::string_view rounding_mode);
Tensor div(const Tensor& a, Scalar b, std::string_view rounding_mode);

/// remainder(a, b).
Tensor operator%(const Tensor& a, const Tensor& b);
Tensor operator%(const Tensor& a, Scalar b);
Tensor operator%(Scalar a, const Tensor& b);

}  // namespace tapegrad
