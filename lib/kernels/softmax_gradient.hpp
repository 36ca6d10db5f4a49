// The gradients of softmax, from its result, and of log_softmax, a row after another.
#pragma once

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

// All three are row-major floats of one shape, whose last dimension is the one that was normalised
// and has elements. Where one probability of a row is near 1, no digits cancel. A row that is NaN
// gives zeros where its gradient is nothing but zeros.

/// out = y (g - sum(g y)).
void softmax_gradient(Ref out, Ref g, Ref y);
/// out = g - softmax(x) sum(g).
void log_softmax_gradient(Ref out, Ref g, Ref x);

}  // namespace tapegrad::kernels
