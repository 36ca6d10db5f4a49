// The operations of pools. Arguments have been checked: x has the pool's sizes behind its planes.
#pragma once

#include "kernels/pool.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// A pool over the last `rank` dimensions.
struct Pooling {
  std::size_t rank;
  kernels::Pool pool;
  Shape out(const Shape& x) const;
  Shape in(const Shape& y) const;
};

Tensor max_pooled(const Tensor& x, const Pooling& pooling);
/// int64.
Tensor max_places(const Tensor& x, const Pooling& pooling);
/// The elements of x at places of its planes.
Tensor at_places(const Tensor& x, const Tensor& places, const Pooling& pooling);
Tensor mean_pooled(const Tensor& x, const Pooling& pooling, const kernels::Divisor& divisor);

}  // namespace tapegrad
