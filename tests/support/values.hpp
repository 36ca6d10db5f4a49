// Tensors with chosen values and layouts, for tests.
#pragma once

#include <string>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace tapegrad::test {

/// Float64 values spread over [low, high] without order or symmetry; all different, so that no
/// two tie and none sits on a kink by accident.
Tensor spread(const Shape& shape, double low, double high, int seed = 0);

/// How the elements of an input lie in memory.
enum class Arrangement { dense, transposed, sliced, broadcast };
std::string name_of(Arrangement arrangement);

/// A tensor outside the tape with the elements of x that lies so. `broadcast` repeats the first
/// slice of the first dimension, so its values differ from x's unless that has size 1.
Tensor laid(const Tensor& x, Arrangement arrangement);

/// Every |a - b| <= atol + rtol * |b|, shapes equal; NaN equals NaN. A message says what differs.
std::string difference(const Tensor& a, const Tensor& b, double rtol, double atol);

}  // namespace tapegrad::test
