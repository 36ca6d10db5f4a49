// Derivatives of orthonormal columns, which turn without being stretched.
#pragma once

#include "tapegrad/ops/linalg/matmul.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// The gradient of the first k columns of q that says the same as g does of all. The others are at
/// right angles to them: when the first turn towards the others, these turn back as much. What
/// turns the others among themselves is arbitrary, and left out.
inline Tensor to_first_columns(const Tensor& q, const Tensor& g, std::int64_t k) {
  const std::int64_t more = q.size(-1) - k;
  const Tensor to_first = g.narrow(-1, 0, k);
  if (more == 0) return to_first;
  const Tensor first = q.narrow(-1, 0, k);
  const Tensor others = q.narrow(-1, k, more);
  return to_first - matmul(others, matmul(g.narrow(-1, k, more).mT(), first));
}

/// x - x.T
inline Tensor skew(const Tensor& x) { return x - x.mT(); }

/// y[..., j] - y[..., i] at [..., i, j], and 1 on the diagonal: what divides by it needs distinct
/// y.
inline Tensor gaps(const Tensor& y, const Tensor& diagonal) {
  return where(diagonal, 1, y.unsqueeze(-2) - y.unsqueeze(-1));
}

}  // namespace tapegrad
