// Triangular matrices: Cholesky's factors, and systems of equations. As in lu.hpp, results are
// row-major and share no memory with the operands.
#pragma once

#include <optional>

#include "kernels/matrices.hpp"

namespace tapegrad::kernels {

/// The lower triangular L with L L^T = A, of which the lower triangle is read. Fails for a matrix
/// that isn't positive definite; its number is the first leading minor's that isn't positive.
std::optional<Failure> cholesky(Ref out, Ref a);

/// out = A^-1 b for a: [..., n, n], of which one triangle is read, b: [..., n, k]. A diagonal of
/// ones isn't read.
void solve_triangular(Ref out, Ref a, Ref b, bool upper, bool ones);

}  // namespace tapegrad::kernels
