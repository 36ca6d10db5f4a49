// Linear algebra: products of vectors, matrices and batches of matrices, and sums over dimensions
// that they share.
#pragma once

#include "tapegrad/ops/linalg/contraction.hpp"
#include "tapegrad/ops/linalg/linear.hpp"
#include "tapegrad/ops/linalg/matmul.hpp"
#include "tapegrad/ops/linalg/products.hpp"
