// Products of matrices, one or a batch of them.
#pragma once

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

/// out = a @ b for [..., m, k] and [..., k, n] of one element type, not boolean. Leading sizes are
/// equal (stride 0 where an operand repeats); out is row-major. a and b are readable().
void gemm(Ref out, Ref a, Ref b);

/// out = out + a @ b, of floating-point type: what is there already costs no pass over it.
void gemm_onto(Ref out, Ref a, Ref b);

/// Whether gemm() reads the matrices of an operand where they lie; others must be copied first.
bool readable(DType dtype, const Layout& operand);

}  // namespace tapegrad::kernels
