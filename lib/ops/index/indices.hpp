// What functions that take tensors of indices check.
#pragma once

#include <string_view>

#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// As int64; throws DTypeError, which calls them `what`.
Tensor integers_of(std::string_view operation, const Tensor& index,
                   std::string_view what = "indices");

/// As int64, each a place in dimension `dim` of x, which may have one element and none; throws
/// DTypeError or IndexError.
Tensor checked_indices(std::string_view operation, const Tensor& index, const Tensor& x,
                       std::size_t dim);

/// A tensor of rank 0 counts as one of rank 1 that has one element.
Tensor as_line(const Tensor& x);

/// An index of slices has rank 0 or 1, and one element for a tensor of rank 0; throws ShapeError.
void check_slices(std::string_view operation, const Tensor& x, const Tensor& index);

}  // namespace tapegrad
