// What functions that choose one element of a line by its rank have in common.
#pragma once

#include <string_view>

#include "tapegrad/ops/reduce/extreme.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// Where the k-th smallest element of each line is, counted from 1. Throws in `operation`'s name.
Tensor place_of_kth(std::string_view operation, const Tensor& x, std::int64_t k, std::int64_t dim);

/// The elements at one place of each line along `dim`, and the places.
Extremes taken_along(const Tensor& x, const Tensor& places, std::int64_t dim, Keepdim keep);

}  // namespace tapegrad
