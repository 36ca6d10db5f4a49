// Linear algebra: products of vectors, matrices and batches of matrices, sums over dimensions that
// they share; systems of equations and factors of matrices, by LAPACK. It works in one thread
// for each matrix, so that its results are the same in any number of them.
#pragma once

#include "tapegrad/ops/linalg/chain.hpp"
#include "tapegrad/ops/linalg/cholesky.hpp"
#include "tapegrad/ops/linalg/contraction.hpp"
#include "tapegrad/ops/linalg/determinant.hpp"
#include "tapegrad/ops/linalg/eigen.hpp"
#include "tapegrad/ops/linalg/einsum.hpp"
#include "tapegrad/ops/linalg/inverse.hpp"
#include "tapegrad/ops/linalg/least_squares.hpp"
#include "tapegrad/ops/linalg/linear.hpp"
#include "tapegrad/ops/linalg/matmul.hpp"
#include "tapegrad/ops/linalg/matrix_function.hpp"
#include "tapegrad/ops/linalg/products.hpp"
#include "tapegrad/ops/linalg/qr.hpp"
#include "tapegrad/ops/linalg/solve.hpp"
#include "tapegrad/ops/linalg/svd.hpp"
