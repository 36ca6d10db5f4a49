// How far to go along a direction. Knows nothing of parameters.
#pragma once

#include <cstdint>
#include <functional>

#include "tapegrad/tensor.hpp"

namespace tapegrad::optim {

/// A point on the way: how far it is, the value there, its derivative along the way, the gradient.
struct Trial {
  double t = 0;
  double value = 0;
  double slope = 0;
  Tensor gradient = {};
};

struct Found {
  Trial trial;
  std::int64_t evaluations = 0;
};

/// A point that fulfils the strong Wolfe conditions, or the lowest one seen after `most` steps. It
/// tries t first; `size` is the largest element of the direction.
Found strong_wolfe(const std::function<Trial(double)>& at, const Trial& start, double t,
                   double size, std::int64_t most);

}  // namespace tapegrad::optim
