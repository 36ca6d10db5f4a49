// What derivatives of products are made of.
#pragma once

#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// For each element the product of all others of its line along `dim`, without a division.
Tensor products_of_others(const Tensor& x, std::size_t dim);

}  // namespace tapegrad
