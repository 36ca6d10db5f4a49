// Copies, conversions and fills: moving elements without computing.
#pragma once

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

/// out[i] = in[i], converted to out's element type. Both have the same shape.
void copy(Ref out, Ref in);

void fill(Ref out, Scalar value);

}  // namespace tapegrad::kernels
