// What flows through a log_softmax, for the losses that have one in them.
#pragma once

#include <cstddef>

#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// The gradient of x where that of log_softmax(x, dim) is g, by operations that are recorded.
Tensor recorded_through_log_softmax(const Tensor& g, const Tensor& x, std::size_t dim);

}  // namespace tapegrad
