// Short names for what the tests of the tape need all the time.
#pragma once

#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::test {

using Values = std::vector<double>;

/// Float64, outside the tape.
inline Tensor tensor_of(Values values) { return Tensor::from_vector(std::move(values)); }
inline Tensor tensor_of(Values values, const Shape& shape) {
  return Tensor::from_vector(std::move(values), shape);
}

/// Float64, requires grad.
inline Tensor leaf(Values values) { return tensor_of(std::move(values)).requires_grad_(); }
inline Tensor leaf(Values values, const Shape& shape) {
  return tensor_of(std::move(values), shape).requires_grad_();
}
/// Float64 of rank 0, requires grad.
inline Tensor scalar(double value) {
  return full({}, value, {.dtype = float64, .requires_grad = true});
}

inline Values values(const Tensor& x) { return x.to_vector<double>(); }
inline double value(const Tensor& x) { return x.item<double>(); }

}  // namespace tapegrad::test
