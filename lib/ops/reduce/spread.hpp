// The gradient of a sum or a mean, for the reductions that are built on them.
#pragma once

#include "ops/reduced.hpp"

namespace tapegrad {

/// The gradient of a sum: g at every element that was added.
Tensor spread(const Tensor& g, const Reduced& dims, const Shape& to);

/// The mean of what `dims` name, as an operation.
Tensor mean_of(const Tensor& x, const Reduced& dims);

}  // namespace tapegrad
