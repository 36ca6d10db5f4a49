// Rows of a tensor that are chosen by numbers.
#pragma once

#include <cstdint>
#include <span>

#include "tapegrad/ops/index/select.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::data {

/// A copy of these rows, which the caller knows to be there.
inline Tensor rows_of(const Tensor& x, std::span<const std::int64_t> indices) {
  return index_select(x, 0,
                      Tensor::from_span(indices, {static_cast<std::int64_t>(indices.size())}));
}

}  // namespace tapegrad::data
