// Logic with booleans, and with the bits of integers. Nothing here has a derivative.
// In-place forms: x.logical_not_() is logical_not() written into x.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// Whether both are other than 0, as booleans. NaN is other than 0.
Tensor logical_and(const Tensor& a, const Tensor& b);
/// Whether at least one is other than 0.
Tensor logical_or(const Tensor& a, const Tensor& b);
/// Whether just one is other than 0.
Tensor logical_xor(const Tensor& a, const Tensor& b);
/// Whether x is 0.
Tensor logical_not(const Tensor& x);

/// The bits that both have; of booleans: and. Integers promote, booleans stay. Throws DTypeError
/// for floating-point types.
Tensor bitwise_and(const Tensor& a, const Tensor& b);
Tensor bitwise_and(const Tensor& a, Scalar b);
Tensor bitwise_and(Scalar a, const Tensor& b);
/// The bits that at least one has; of booleans: or. Types as in bitwise_and.
Tensor bitwise_or(const Tensor& a, const Tensor& b);
Tensor bitwise_or(const Tensor& a, Scalar b);
Tensor bitwise_or(Scalar a, const Tensor& b);
/// The bits that just one has; of booleans: exclusive or. Types as in bitwise_and.
Tensor bitwise_xor(const Tensor& a, const Tensor& b);
Tensor bitwise_xor(const Tensor& a, Scalar b);
Tensor bitwise_xor(Scalar a, const Tensor& b);
/// The bits that x hasn't; of booleans: not. Types as in bitwise_and.
Tensor bitwise_not(const Tensor& x);
/// a 2^b in the bits of the type; 0 where b is negative or not less than their number. Throws
/// DTypeError for booleans and floating-point types.
Tensor bitwise_left_shift(const Tensor& a, const Tensor& b);
Tensor bitwise_left_shift(const Tensor& a, Scalar b);
Tensor bitwise_left_shift(Scalar a, const Tensor& b);
/// a / 2^b, rounded down; where b is negative or not less than the number of bits, what is left
/// after all of them: 0, or -1 of a negative a. Types as in bitwise_left_shift.
Tensor bitwise_right_shift(const Tensor& a, const Tensor& b);
Tensor bitwise_right_shift(const Tensor& a, Scalar b);
Tensor bitwise_right_shift(Scalar a, const Tensor& b);

/// bitwise_and, bitwise_or, bitwise_xor and bitwise_not: of masks, and, or, exclusive or and not.
/// Comparisons beside them need parentheses: (x > 0) & (x < 1).
Tensor operator&(const Tensor& a, const Tensor& b);
Tensor operator&(const Tensor& a, Scalar b);
Tensor operator&(Scalar a, const Tensor& b);
Tensor operator|(const Tensor& a, const Tensor& b);
Tensor operator|(const Tensor& a, Scalar b);
Tensor operator|(Scalar a, const Tensor& b);
Tensor operator^(const Tensor& a, const Tensor& b);
Tensor operator^(const Tensor& a, Scalar b);
Tensor operator^(Scalar a, const Tensor& b);
Tensor operator~(const Tensor& x);
/// bitwise_left_shift and bitwise_right_shift.
inline Tensor operator<<(const Tensor& a, const Tensor& b) { return bitwise_left_shift(a, b); }
inline Tensor operator<<(const Tensor& a, Scalar b) { return bitwise_left_shift(a, b); }
inline Tensor operator>>(const Tensor& a, const Tensor& b) { return bitwise_right_shift(a, b); }
inline Tensor operator>>(const Tensor& a, Scalar b) { return bitwise_right_shift(a, b); }
/// logical_not(x).
Tensor operator!(const Tensor& x);

}  // namespace tapegrad
