// Linear algebra: products of vectors, matrices and batches of matrices.
#pragma once

#include "tapegrad/ops/linalg/linear.hpp"
#include "tapegrad/ops/linalg/matmul.hpp"
