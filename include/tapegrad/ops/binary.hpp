// Arithmetic, comparison and choice between two tensors, or a tensor and a C++ number.
// Shapes broadcast and element types promote as in PyTorch; a C++ number never promotes a tensor
// of its own kind, and must fit the type in which they meet: DTypeError (see dtype.hpp). Integers
// wrap around. Every function throws ShapeError when the shapes don't broadcast.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// The element type in which `a` and `b` meet: a tensor of rank 0 only counts when its kind
/// (bool, integer, floating) is the higher one.
DType result_type(const Tensor& a, const Tensor& b);  // no method

/// a + b. Derivative: g to both. Booleans: or.
Tensor operator+(const Tensor& a, const Tensor& b);
Tensor operator+(const Tensor& a, Scalar b);
Tensor operator+(Scalar a, const Tensor& b);

/// a - b. Derivative: g and -g. Throws DTypeError for booleans.
Tensor operator-(const Tensor& a, const Tensor& b);
Tensor operator-(const Tensor& a, Scalar b);
Tensor operator-(Scalar a, const Tensor& b);

/// a * b. Derivative: g * b and g * a. Booleans: and.
Tensor operator*(const Tensor& a, const Tensor& b);
Tensor operator*(const Tensor& a, Scalar b);
Tensor operator*(Scalar a, const Tensor& b);

/// a / b, true division: integers give float32. Derivative: g / b and -g * a / b^2.
Tensor operator/(const Tensor& a, const Tensor& b);
Tensor operator/(const Tensor& a, Scalar b);
Tensor operator/(Scalar a, const Tensor& b);

/// -x. Derivative: -g. Throws DTypeError for booleans.
Tensor operator-(const Tensor& x);

/// a to the power b. Derivative: g * b * a^(b-1), 0 where b is 0; and g * a^b * log(a), 0 where a
/// is 0 and b is not negative. At the kink, where a is 0, the derivatives of every order in a are
/// those of a^b: of a^2 for example 0, 2, 0; those in b are 0. Integers stay integers; for these,
/// an exponent that is negative or that the result's type can't hold throws DTypeError.
Tensor pow(const Tensor& a, const Tensor& b);
Tensor pow(const Tensor& a, Scalar b);
Tensor pow(Scalar a, const Tensor& b);

/// The larger, and NaN if either is. Derivative: g to the larger; at the kink, where they are
/// equal, half to each. NaN counts as the larger, so that g goes where the result came from
/// (PyTorch gives g to both where one is NaN).
Tensor maximum(const Tensor& a, const Tensor& b);
Tensor maximum(const Tensor& a, Scalar b);
Tensor maximum(Scalar a, const Tensor& b);
/// The smaller, and NaN if either is. Derivative: g to the smaller; half to each at the kink; NaN
/// counts as the smaller.
Tensor minimum(const Tensor& a, const Tensor& b);
Tensor minimum(const Tensor& a, Scalar b);
Tensor minimum(Scalar a, const Tensor& b);

// Comparisons give booleans and have no derivative. They are mathematically right between all
// types, whatever the result of arithmetic would be: int32 -1 < uint8 0, and int64 2^53 + 1 isn't
// float64 2^53. A floating-point number beside float32 is rounded to float32 first.
Tensor operator==(const Tensor& a, const Tensor& b);
Tensor operator==(const Tensor& a, Scalar b);
Tensor operator!=(const Tensor& a, const Tensor& b);
Tensor operator!=(const Tensor& a, Scalar b);
Tensor operator<(const Tensor& a, const Tensor& b);
Tensor operator<(const Tensor& a, Scalar b);
Tensor operator<=(const Tensor& a, const Tensor& b);
Tensor operator<=(const Tensor& a, Scalar b);
Tensor operator>(const Tensor& a, const Tensor& b);
Tensor operator>(const Tensor& a, Scalar b);
Tensor operator>=(const Tensor& a, const Tensor& b);
Tensor operator>=(const Tensor& a, Scalar b);

/// a where `condition` holds, b elsewhere. Derivative: g where the element was chosen, 0 elsewhere,
/// even of an infinite g. No method: PyTorch's is a.where(condition, b).
/// Throws DTypeError unless the condition is boolean.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);  // no method
Tensor where(const Tensor& condition, const Tensor& a, Scalar b);         // no method
Tensor where(const Tensor& condition, Scalar a, const Tensor& b);         // no method

}  // namespace tapegrad
