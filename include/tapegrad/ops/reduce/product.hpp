// Products of all elements.
#pragma once

#include "tapegrad/keepdim.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// The product of all elements: rank 0. Integers and booleans give int64, which wraps around; of
/// nothing it is 1. Float32 is multiplied in float64. Derivative: g times the product of the
/// others, without a division: right where elements are 0, at every order.
Tensor prod(const Tensor& x);
Tensor prod(const Tensor& x, const Dims& dims, Keepdim keep = Keepdim::no);
/// Of x.to(dtype), in that type: also in an integer one.
Tensor prod(const Tensor& x, AsDType dtype);
Tensor prod(const Tensor& x, const Dims& dims, Keepdim keep, AsDType dtype);

}  // namespace tapegrad
