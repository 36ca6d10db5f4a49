// Distances between rows.
#pragma once

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

/// out[i, j] = |a[i] - b[j]|, for batches of such: a [..., n, k], b [..., m, k], out [..., n, m].
/// No square overflows or vanishes where the distance doesn't. Floating-point, out row-major.
void distances(Ref out, Ref a, Ref b);

}  // namespace tapegrad::kernels
