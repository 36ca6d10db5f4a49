// Sums, differences, products and quotients, and the type in which two operands meet.
// In-place forms: x.neg_() is neg() written into x.
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

/// The operators by name. In place they are members: x.add_(y), x += y.
Tensor add(const Tensor& a, const Tensor& b);  // no in-place form
Tensor add(const Tensor& a, Scalar b);         // no in-place form
Tensor sub(const Tensor& a, const Tensor& b);  // no in-place form
Tensor sub(const Tensor& a, Scalar b);         // no in-place form
Tensor mul(const Tensor& a, const Tensor& b);  // no in-place form
Tensor mul(const Tensor& a, Scalar b);         // no in-place form
Tensor div(const Tensor& a, const Tensor& b);  // no in-place form
Tensor div(const Tensor& a, Scalar b);         // no in-place form
/// a + alpha b and a - alpha b, where alpha b is of the type of the result. Derivative: g, and g
/// alpha or its opposite. Throws DTypeError for a fraction beside integers.
Tensor add(const Tensor& a, const Tensor& b, Scalar alpha);  // no in-place form
Tensor sub(const Tensor& a, const Tensor& b, Scalar alpha);  // no in-place form

/// -x. Derivative: -g. Throws DTypeError for booleans.
Tensor operator-(const Tensor& x);

/// -x, by name.
Tensor neg(const Tensor& x);

/// start + weight (end - start), which is `end` itself for the weight 1 if both are finite; element
/// types promote. Derivative: g (1 - weight), g weight, and g (end - start) to the weight.
Tensor lerp(const Tensor& start, const Tensor& end, const Tensor& weight);
Tensor lerp(const Tensor& start, const Tensor& end, Scalar weight);
/// x + value a b. Derivative: g, g value b, and g value a.
Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value = 1);
/// x + value a / b; integers give float32. Derivative: g, g value / b, and -g value a / b^2.
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value = 1);

}  // namespace tapegrad
