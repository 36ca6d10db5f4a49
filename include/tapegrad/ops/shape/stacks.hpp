// The relatives of cat() that give tensors the dimensions that they lack.
#pragma once

#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

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
