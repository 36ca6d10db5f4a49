// Products of elements that meet at one place.
#pragma once

#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// x with each element of `source`, of the index's shape, multiplied where scatter_add() would have
/// added it; everything has been checked. Made of products of two, so that the derivatives of every
/// order are right where elements are 0.
Tensor products_at(const Tensor& x, std::size_t dim, const Tensor& index, const Tensor& source);

}  // namespace tapegrad
