// Sums and means over some dimensions, in an order that no number of threads changes.
#pragma once

#include <array>

#include "core/ready.hpp"
#include "kernels/ref.hpp"

namespace tapegrad::kernels {

/// Which dimensions a reduction takes away.
using Axes = std::array<bool, max_rank>;

/// out gets the sums of `in` over the dimensions that are `gone`, each divided by `divisor`. out is
/// row-major over the others; its type is that of `in` for floats, int64 for integers, which
/// wrap around and ignore the divisor. Errors are bounded as RowSum says, in every layout. A result
/// within the range of its type is found even if the sum on the way to it is not.
void sum(Ref out, Ref in, const Axes& gone, double divisor = 1);

/// The same for floats of `dtype` that lie so; nothing where they aren't side by side and all of
/// one sum, or of another type.
Ready ready_sum(DType dtype, const Layout& out, const Layout& in, double divisor = 1);

}  // namespace tapegrad::kernels
