// Matrices for the tests of linear algebra.
#pragma once

#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::test {

/// x + c on the diagonal: far from singular for a large c.
inline Tensor shifted(const Tensor& x, double c) {
  return x + c * eye(x.size(-2), x.size(-1), {.dtype = x.dtype()});
}

/// x with 0, c, 2 c ... added to the diagonal: whose singular values lie apart.
inline Tensor apart(const Tensor& x, double c) {
  const Tensor steps = arange(x.size(-1), {.dtype = x.dtype()});
  return x + c * steps * eye(x.size(-2), x.size(-1), {.dtype = x.dtype()});
}

/// In float64.
inline Tensor exact(const NestedList& values) { return tensor(values, float64); }

/// The sum of all elements of each line, or of each matrix, with different weights: it depends on
/// each of them, so that no derivative is 0 up to rounding, which nothing numeric resolves.
inline Tensor mixed_lines(const Tensor& y) {
  return matmul(y, spread({y.size(-1), 1}, -1, 2, 11).to(y.dtype()));
}
inline Tensor mixed(const Tensor& y) { return mixed_lines(mixed_lines(y).mT()); }

/// Each column of x depends on all.
inline Tensor stirred(const Tensor& x) {
  return matmul(x, spread({x.size(-1), x.size(-1)}, -1, 1, 12).to(x.dtype()));
}

inline Tensor symmetric(const Tensor& x) { return x + x.mT(); }

inline Tensor positive(const Tensor& x) { return shifted(matmul(x, x.mT()), 1); }

inline Tensor identity(std::int64_t n) { return eye(n, {.dtype = float64}); }

/// 1 / (i + j + 1): Hilbert's matrix, whose determinant and inverse are known.
inline Tensor hilbert(std::int64_t n) {
  const Tensor i = arange(n, {.dtype = float64});
  return 1 / (i.unsqueeze(1) + i + 1);
}

/// 2 on the diagonal, -1 beside it: eigenvalues 2 - 2 cos(k pi / (n + 1)).
inline Tensor second_difference(std::int64_t n) {
  const Tensor i = arange(n);
  const Tensor far = abs(i.unsqueeze(1) - i);
  return 2.0 * (far == 0).to(float64) - (far == 1).to(float64);
}

}  // namespace tapegrad::test
