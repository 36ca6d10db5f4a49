// Tensors put together along a dimension.
#pragma once

#include <cstdint>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// The tensors one after the other along `dim`; their other sizes are equal. Element types promote.
/// Derivative: each gets its part of g. Throws ShapeError for an empty list, tensors of rank 0 and
/// sizes that differ, IndexError for the dim.
Tensor cat(const std::vector<Tensor>& tensors, std::int64_t dim = 0);

/// Tensors of one shape along a new dimension. Element types promote. Derivative: each gets its
/// slice of g. Throws ShapeError for an empty list and shapes that differ, IndexError for the dim.
Tensor stack(const std::vector<Tensor>& tensors, std::int64_t dim = 0);

/// cat() along the first dimension (vstack), the second (hstack; the first of vectors) or the third
/// (dstack), of which tensors of lower rank get as many as are missing. Their errors are cat()'s.
Tensor vstack(const std::vector<Tensor>& tensors);
Tensor hstack(const std::vector<Tensor>& tensors);
Tensor dstack(const std::vector<Tensor>& tensors);

/// Matrices along the diagonal of one, zeros elsewhere; vectors and numbers count as one row.
/// Element types promote. Derivative: each gets its block of g. Throws ShapeError for an empty list
/// and ranks above 2.
Tensor block_diag(const std::vector<Tensor>& tensors);

}  // namespace tapegrad
