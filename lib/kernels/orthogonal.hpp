// Orthogonal factors of batches of matrices: QR, eigenvalues of symmetric matrices, singular
// values. Results are row-major and share no memory with the operand.
#pragma once

#include <optional>

#include "kernels/matrices.hpp"

namespace tapegrad::kernels {

/// The number of a Failure for elements that aren't finite.
inline constexpr int not_finite = -1;

/// a = q r for a: [..., m, n]. q has as many columns as r has rows: min(m, n), or m.
void qr(Ref q, Ref r, Ref a);

/// Eigenvalues in ascending order, and eigenvectors as the columns of `vectors` unless that is
/// null. One triangle of a is read.
std::optional<Failure> eigh(Ref values, const Ref* vectors, Ref a, bool upper);

/// Singular values in descending order, with the vectors as the columns of u and the rows of vh
/// unless these are null: min(m, n) of each, or all m and n.
std::optional<Failure> svd(Ref s, const Ref* u, const Ref* vh, Ref a);

}  // namespace tapegrad::kernels
