// The functions that docs/adding_an_op.md defines, for those who call them.
#pragma once

#include <cstdint>

#include "tapegrad/dtype.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad {

Tensor softsign(const Tensor& x);
Tensor erf(const Tensor& x);
Tensor atan2(const Tensor& a, const Tensor& b);
Tensor atan2(const Tensor& a, Scalar b);
Tensor atan2(Scalar a, const Tensor& b);
Tensor cumsum(const Tensor& x, std::int64_t dim);

}  // namespace tapegrad
