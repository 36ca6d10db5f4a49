// Elements chosen by tensors of integers (int64, int32 or uint8), and added where such choose.
// Integers, slices, `ellipsis` and `newaxis` are Tensor::operator[]. Every function throws
// IndexError for an index that is negative or too large, DTypeError for indices that aren't
// integers, ShapeError for shapes that don't fit. A tensor of rank 0, be it elements, indices or
// source, counts as one of rank 1 with one element, as in PyTorch; the result has the rank of what
// gives it its shape.
#pragma once

#include "tapegrad/ops/index/embedding.hpp"
#include "tapegrad/ops/index/embedding_bag.hpp"
#include "tapegrad/ops/index/mask.hpp"
#include "tapegrad/ops/index/put.hpp"
#include "tapegrad/ops/index/rank.hpp"
#include "tapegrad/ops/index/scatter.hpp"
#include "tapegrad/ops/index/search.hpp"
#include "tapegrad/ops/index/select.hpp"
#include "tapegrad/ops/index/sort.hpp"
