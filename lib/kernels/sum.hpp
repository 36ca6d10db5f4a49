// Sums and means over some dimensions, in an order that no number of threads changes.
#pragma once

#include <array>

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

/// Which dimensions are reduced.
using Gone = std::array<bool, max_rank>;

/// out gets the sums of `in` over the dimensions that are `gone`, each divided by `divisor`. out is
/// row-major over the others; its type is that of `in` for floats, int64 for integers, which
/// wrap around and ignore the divisor. Errors are bounded as RowSum says, in every layout.
void sum(Ref out, Ref in, const Gone& gone, double divisor = 1);

}  // namespace tapegrad::kernels
