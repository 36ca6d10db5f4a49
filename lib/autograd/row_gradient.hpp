// Sums of gradients of rows, and of such with dense ones. They take operations, and so are defined
// where these are: lib/ops/index/row_gradient.cpp.
#pragma once

#include <cstdint>

#include "core/row_gradient.hpp"

namespace tapegrad {

/// g's rows [n, d], each for the row that the index [n] names, as the gradient of a tensor of this
/// shape: rows that come more often are added, `left_out` is passed over. Throws MemoryError.
Tensor summed_rows(const Tensor& index, const Tensor& g, const Shape& of_all,
                   std::int64_t left_out);

/// All elements.
Tensor dense_gradient(const Tensor& rows);

/// Nothing where both are dense. Else adds g to the sum, which is changed if nobody else sees it,
/// and says that it did so.
bool add_as_rows(Tensor& sum, const Tensor& g);

/// Does what add_as_rows() would have to take memory for.
void prepare_sum(const Tensor& collected, const Tensor& g);

/// What a leaf has collected, of which some rows may be: made dense, and kept so.
Tensor dense_grad(Collected& leaf);

}  // namespace tapegrad
