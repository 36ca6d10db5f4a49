// Products of vectors and matrices by the names of their shapes. They are made of matmul(), and
// promise what it does: operands of one element type, not boolean; integers wrap around. Each
// throws ShapeError for other ranks and for sizes that don't fit, DTypeError for other element
// types.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// The sum of the products of two vectors' elements: [n], [n] -> []. vdot() is the same, because
/// complex numbers are out of scope. Derivative: g b and g a.
Tensor dot(const Tensor& a, const Tensor& b);
Tensor vdot(const Tensor& a, const Tensor& b);

/// Each element of a times each of b: [n], [m] -> [n, m]. It is a * b of a column and a row, and
/// promotes as that does. Derivative: g @ b and g.T @ a.
Tensor outer(const Tensor& a, const Tensor& b);

/// A matrix times a vector: [n, m], [m] -> [n].
Tensor mv(const Tensor& matrix, const Tensor& vector);

/// The product of two matrices: [n, k], [k, m] -> [n, m].
Tensor mm(const Tensor& a, const Tensor& b);

/// A batch of matrices times as many others: [b, n, k], [b, k, m] -> [b, n, m]; nothing broadcasts.
Tensor bmm(const Tensor& a, const Tensor& b);

/// beta x + alpha (a @ b), where x broadcasts to the product. Where beta is 0, x isn't read, so
/// that its NaN don't come through, and gets no gradient. Numbers must fit the element type.
///   addmm:   [n, k], [k, m] -> [n, m]
///   addmv:   [n, k], [k] -> [n]
///   addr:    [n], [m] -> [n, m], the outer product
///   baddbmm: [b, n, k], [b, k, m] -> [b, n, m]
Tensor addmm(const Tensor& x, const Tensor& a, const Tensor& b, Scalar beta = 1,
             Scalar alpha = 1);  // in-place form
Tensor addmv(const Tensor& x, const Tensor& a, const Tensor& b, Scalar beta = 1,
             Scalar alpha = 1);  // in-place form
Tensor addr(const Tensor& x, const Tensor& a, const Tensor& b, Scalar beta = 1,
            Scalar alpha = 1);  // in-place form
Tensor baddbmm(const Tensor& x, const Tensor& a, const Tensor& b, Scalar beta = 1,
               Scalar alpha = 1);  // in-place form

/// The sums of products along the last dimension of both: [..., k], [... , k] -> [..., ...], as
/// tensordot() makes them; beside a number the product. Derivative: as tensordot's.
Tensor inner(const Tensor& a, const Tensor& b);

/// The vector at right angles to two others, along `dim`, which has size 3; the other sizes
/// broadcast. As torch.linalg.cross: the last dimension unless another is given.
///   cross(e1, e2) is e3. Derivative: cross(b, g) and cross(g, a).
Tensor cross(const Tensor& a, const Tensor& b, AsDim dim = -1);

/// The Kronecker product: each element of a times the whole of b, in its place; ranks are aligned
/// from the right. [n, m], [k, l] -> [n k, m l]. Up to rank 4, because each dimension is two on the
/// way. Promotes as a * b does.
Tensor kron(const Tensor& a, const Tensor& b);

}  // namespace tapegrad
