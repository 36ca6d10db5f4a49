// The bell e^(-x^2), the derivative of the error function but for a factor.
#pragma once

#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// e^(-x^2), right to a few units in the last place where it is small, too. Derivative: -2 x y.
Tensor gauss(const Tensor& x);

}  // namespace tapegrad
