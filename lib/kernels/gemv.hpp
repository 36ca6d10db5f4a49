// A matrix times a vector, whose time is that of reading the matrix. Knows no BLAS.
#pragma once

#include "kernels/small_gemm.hpp"

namespace tapegrad::kernels {

/// p for p.n == 1 and a matrix whose rows or columns are dense. The sums' order depends on the
/// sizes alone: the same bits on every instruction set and for any number of threads.
void gemv(const Product<float>& p);
void gemv(const Product<double>& p);

}  // namespace tapegrad::kernels
