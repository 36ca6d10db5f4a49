// Slices replaced in place.
#pragma once

#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// Slice index[j] of x along `dim` becomes slice j of `source`; everything has been checked.
void copy_slices(Tensor& x, std::size_t dim, const Tensor& index, const Tensor& source);

}  // namespace tapegrad
