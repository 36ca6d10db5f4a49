// Forward mode over a graph that is there.
#pragma once

#include <vector>

#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// How each y changes where x move along v, of their shapes and types: the reverse pass is linear
/// in the gradient that comes in, and its own reverse pass is forward mode. Undefined where a y
/// doesn't depend on x. The graph of y stays.
std::vector<Tensor> pushed(const std::vector<Tensor>& y, const std::vector<Tensor>& x,
                           const std::vector<Tensor>& v, bool create_graph = false);

}  // namespace tapegrad
