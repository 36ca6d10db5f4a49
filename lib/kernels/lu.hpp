// What is made of triangular factors with row exchanges, A = P L U, for batches of square matrices
// of floating-point type. Results are row-major and share no memory with the operands, whose
// leading sizes are the results' (stride 0 where one repeats).
#pragma once

#include <optional>

#include "kernels/matrices.hpp"

namespace tapegrad::kernels {

/// The determinant of each matrix of a.
void determinant(Ref out, Ref a);
/// Its sign, 0 for a singular matrix, and the logarithm of its magnitude, then -infinity.
void log_determinant(Ref sign, Ref log, Ref a);

/// Each fails for a matrix that is exactly singular; its number is then the first zero pivot's.
/// [..., n, n]
std::optional<Failure> invert(Ref out, Ref a);
/// out = A^-1 b for b: [..., n, k].
std::optional<Failure> solve(Ref out, Ref a, Ref b);

}  // namespace tapegrad::kernels
