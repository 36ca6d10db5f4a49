// The functions that docs/adding_an_op.md defines, for those who call them.
#pragma once

#include <cstdint>

#include "tapegrad/dtype.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad {

Tensor bell(const Tensor& x);
Tensor cbrt(const Tensor& x);
Tensor harmonic_mean(const Tensor& a, const Tensor& b);
Tensor harmonic_mean(const Tensor& a, Scalar b);
Tensor harmonic_mean(Scalar a, const Tensor& b);
Tensor decaying_sum(const Tensor& x, std::int64_t dim, double rate);

}  // namespace tapegrad
