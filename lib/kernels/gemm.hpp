// Products of matrices, one or a batch of them.
#pragma once

#include "core/ready.hpp"
#include "kernels/ref.hpp"
#include "kernels/small_gemm.hpp"

namespace tapegrad::kernels {

/// out = a @ b for [..., m, k] and [..., k, n] of one element type, not boolean. Leading sizes are
/// equal (stride 0 where an operand repeats); out is row-major. a and b are readable().
void gemm(Ref out, Ref a, Ref b);

/// One matrix of floating-point type as a factor: as it lies, or turned.
struct Factor {
  Ref of;
  bool turned = false;
};

/// out = a @ b + bias for [m, k], [k, n] and, where there is one, [n]: the bias, laid down before,
/// costs no pass over the result. Without layouts that are made for it.
void gemm(Ref out, Factor a, Factor b, const Ref* bias = nullptr);

/// A factor without its elements.
struct LyingFactor {
  const Layout& layout;
  bool turned = false;
};

/// The same for matrices of `dtype` that lie so: inputs are a, b and, where `with_bias`, the bias,
/// whose numbers lie side by side. Nothing for empty ones and other types.
Ready ready_gemm(DType dtype, const Layout& out, LyingFactor a, LyingFactor b, bool with_bias);

/// One product of float or double, wherever its matrices lie, k >= 1: for kernels that make their
/// operands. Each matrix lies by rows or by columns.
template <class T>
void multiply(const Product<T>& product);

/// Whether gemm() reads the matrices of an operand where they lie; others must be copied first.
bool readable(DType dtype, const Layout& operand);

}  // namespace tapegrad::kernels
