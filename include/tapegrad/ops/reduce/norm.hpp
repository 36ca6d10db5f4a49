// Norms: how long a vector is, and how far two are apart.
#pragma once

#include "tapegrad/keepdim.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// The p-norm sum(|x|^p)^(1/p) over `dims`; an empty list means all. p = inf: the largest |x|,
/// -inf: the smallest, 0: how many elements aren't 0. NaN where an element is. The squares of p = 2
/// may overflow or vanish, the norm doesn't. Derivative: g sign(x) (|x| / y)^(p - 1), for inf g
/// sign(x) to the extremes in equal parts, for 0 none but zeros; at the kink, an element of 0, it
/// is 0 at every order, for p = 2 where all are 0. Throws DTypeError for integers, Error where p is
/// NaN, ShapeError for the extreme of nothing.
Tensor norm(const Tensor& x, double p = 2, const Dims& dims = {}, Keepdim keep = Keepdim::no);

/// norm(a - b, p), with its kinks and errors; shapes broadcast. Throws ShapeError when they don't.
Tensor dist(const Tensor& a, const Tensor& b, double p = 2);

/// The distance of each row of a to each row of b: [..., n, k], [..., m, k] -> [..., n, m]. The
/// dimensions in front broadcast. Derivative: as norm's, also at a kink: two equal rows. Throws
/// ShapeError for tensors of rank below 2 and rows of different length.
Tensor cdist(const Tensor& a, const Tensor& b, double p = 2);

namespace nn {

/// norm(a - b + eps, p) along the last dimension; shapes broadcast.
Tensor pairwise_distance(const Tensor& a, const Tensor& b, double p = 2, double eps = 1e-6,
                         Keepdim keep = Keepdim::no);

/// The cosine of the angle between the vectors along `dim` of a and b, whose shapes broadcast:
/// sum(a b) / (max(|a|, eps) max(|b|, eps)). Derivative: that of these operations. Throws
/// IndexError for a dim that the broadcast shape hasn't.
Tensor cosine_similarity(const Tensor& a, const Tensor& b, AsDim dim = 1, double eps = 1e-8);

}  // namespace nn

}  // namespace tapegrad
