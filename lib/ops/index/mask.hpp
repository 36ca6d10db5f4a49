// Masks as lists of places.
#pragma once

#include <string_view>

#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// Throws DTypeError unless it is boolean.
void check_mask(std::string_view operation, const Tensor& mask);

/// Where a mask holds, counted row by row: int64, rank 1.
Tensor places_of(std::string_view operation, const Tensor& mask);

}  // namespace tapegrad
