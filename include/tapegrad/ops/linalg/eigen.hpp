// Eigenvalues of symmetric matrices, [..., n, n], of which one triangle is read: the lower unless
// `upper` says otherwise. Throws LinAlgError for elements that aren't finite, ShapeError for
// matrices that aren't square, DTypeError for integers.
#pragma once

#include <tuple>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// Eigenvalues in ascending order, [..., n], and eigenvectors as the columns of [..., n, n]:
/// x = V @ diag(L) @ V.T.
/// Derivative: that for symmetric changes of x, a symmetric matrix. Of the vectors it exists where
/// the eigenvalues differ (else infinities and NaN), and so does the second one of the values. The
/// sign of a vector is arbitrary: only functions that don't depend on it have a meaning.
struct Eigh {
  Tensor eigenvalues;
  Tensor eigenvectors;
  /// For std::tie().
  operator std::tuple<Tensor&, Tensor&>() && { return {eigenvalues, eigenvectors}; }
};
std::ostream& operator<<(std::ostream& out, const Eigh& results);
Eigh eigh(const Tensor& x, bool upper = false);

/// The eigenvalues alone, which is several times faster. Derivative: with the eigenvectors, which
/// the reverse pass computes.
Tensor eigvalsh(const Tensor& x, bool upper = false);

}  // namespace tapegrad
