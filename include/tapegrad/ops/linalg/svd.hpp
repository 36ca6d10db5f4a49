// Singular values of any matrices, [..., m, n]. Throws LinAlgError for elements that aren't finite,
// ShapeError for rank 0 and 1, DTypeError for integers.
#pragma once

#include <tuple>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// x = u @ diag(s) @ vh: orthonormal columns of u, [..., m, k], and rows of vh, [..., k, n], and
/// singular values in descending order, [..., k], with k = min(m, n). With full matrices, u is
/// [..., m, m] and vh [..., n, n], and x = u[:, :k] @ diag(s) @ vh[:k].
/// Derivative: of s always u @ diag(g) @ vh. Of u and vh it exists where the singular values differ
/// and, unless m = n, aren't 0 (else infinities and NaN); so does the second one of s. The sign of
/// each pair of vectors is arbitrary, and so is the basis of the further ones of full matrices:
/// only functions that don't depend on that have a meaning.
struct Svd {
  Tensor u;
  Tensor s;
  Tensor vh;
  /// For std::tie().
  operator std::tuple<Tensor&, Tensor&, Tensor&>() && { return {u, s, vh}; }
};
std::ostream& operator<<(std::ostream& out, const Svd& results);
Svd svd(const Tensor& x, bool full_matrices = true);

/// The singular values alone, which is several times faster. Derivative: with the vectors, which
/// the reverse pass computes.
Tensor svdvals(const Tensor& x);

}  // namespace tapegrad
