// Views in which an element may stand several times.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// Windows of `size` elements along `dim`, one every `step` elements: dimension `dim` counts the
/// windows, a new last one the elements in them. What doesn't fill a window at the end is left out.
///   x: [..., n, ...]  ->  [..., (n - size) / step + 1, ..., size]
/// Derivative: each element gets the sum of g over its windows. Throws ShapeError for a size that
/// is negative or larger than the dimension, and unless step > 0; IndexError for the dim.
Tensor unfold(const Tensor& x, AsDim dim, std::int64_t size, std::int64_t step);

/// The elements of x, counted row by row from its first, at offset + i * strides[0] + j *
/// strides[1]
/// + ...: of a tensor at the start of its storage what PyTorch's function gives. Derivative: each
/// element gets the sum of g over the places that it takes. Throws ShapeError unless x is
/// contiguous and has an element for each place, and for negative strides.
Tensor as_strided(const Tensor& x, const Shape& shape, const Strides& strides,
                  std::int64_t offset = 0);

}  // namespace tapegrad
