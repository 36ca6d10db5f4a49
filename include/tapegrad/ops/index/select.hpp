// Elements chosen by tensors of integers (int64, int32 or uint8), and added where such choose.
// Integers, slices, `ellipsis` and `newaxis` are Tensor::operator[]. Every function throws
// IndexError for an index that is negative or too large, DTypeError for indices that aren't
// integers, ShapeError for shapes that don't fit. A tensor of rank 0, be it elements, indices or
// source, counts as one of rank 1 with one element, as in PyTorch; the result has the rank of what
// gives it its shape.
#pragma once

#include <cstdint>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// The slices of x along `dim` that `index` (rank 0 or 1) names, in its order; a slice may come
/// twice.
///   x: [..., n, ...], index: [k]  ->  [..., k, ...]      Derivative: index_add of g to zeros.
Tensor index_select(const Tensor& x, AsDim dim, const Tensor& index);

/// x with slice j of `source` along `dim` added to slice index[j]; a slice may get several.
///   x: [..., n, ...], index: [k], source: [..., k, ...] of x's dtype  ->  x's shape
/// Derivative: g to x, index_select of g to `source`.
Tensor index_add(const Tensor& x, AsDim dim, const Tensor& index,
                 const Tensor& source);  // in-place form

/// One element of x for each index, which replaces its place along `dim`:
/// y[i][j] = x[index[i][j]][j] for dim 0 of rank 2. Ranks are equal; apart from `dim`, the index
/// may be smaller than x. The result has the index's shape. Derivative: scatter_add of g to zeros.
Tensor gather(const Tensor& x, AsDim dim, const Tensor& index);

/// x with each element of `source` added where gather would have read it: y[index[i][j]][j] +=
/// source[i][j] for dim 0 of rank 2. The index may be smaller than `source` (and than x apart from
/// `dim`); what it doesn't reach stays out. Derivative: g to x, gather of g to `source`.
Tensor scatter_add(const Tensor& x, AsDim dim, const Tensor& index,
                   const Tensor& source);  // in-place form

/// A 1 at each label's place in a new last dimension, 0 elsewhere; int64.
///   labels: [...]  ->  [..., classes]      classes = -1: the largest label + 1.
/// Throws ShapeError for -1 without any label.
Tensor one_hot(const Tensor& labels, std::int64_t classes = -1);

}  // namespace tapegrad
