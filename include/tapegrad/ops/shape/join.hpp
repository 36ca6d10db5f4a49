// Tensors put together along a dimension.
#pragma once

#include <cstdint>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// The tensors one after the other along `dim`; their other sizes are equal. One of shape [0]
/// beside those of other ranks is passed over, so that a loop may begin with it. Element types
/// promote. Derivative: each gets its part of g. Throws ShapeError for an empty list, tensors of
/// rank 0 and sizes that differ, IndexError for the dim.
Tensor cat(const std::vector<Tensor>& tensors, AsDim dim = 0);

/// Tensors of one shape along a new dimension. Element types promote. Derivative: each gets its
/// slice of g. Throws ShapeError for an empty list and shapes that differ, IndexError for the dim.
Tensor stack(const std::vector<Tensor>& tensors, AsDim dim = 0);

}  // namespace tapegrad
