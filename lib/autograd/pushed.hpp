// Forward mode over a graph that is there.
#pragma once

#include <vector>

#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// How y changes where the leaves x move along v: the reverse pass is linear in the gradient that
/// comes in, and its own reverse pass is forward mode. Zeros where y doesn't depend on x. The graph
/// of y stays.
Tensor pushed(const Tensor& y, const std::vector<Tensor>& x, const std::vector<Tensor>& v);

}  // namespace tapegrad
