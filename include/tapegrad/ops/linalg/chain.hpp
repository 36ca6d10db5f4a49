// Products of several matrices.
#pragma once

#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// The product of a chain of matrices in the order that takes the fewest multiplications. The
/// first may be a row and the last a column of rank 1, which leave no dimension behind. Throws
/// ShapeError for fewer than two.
Tensor multi_dot(const std::vector<Tensor>& matrices);

}  // namespace tapegrad
