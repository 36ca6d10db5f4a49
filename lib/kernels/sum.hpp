// Sums over some dimensions, in an order that doesn't depend on anything but the shape.
#pragma once

#include <array>

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

/// out gets the sums of `in` over the dimensions that are `gone`. Same element type; out is
/// row-major over the others.
void sum(Ref out, Ref in, const std::array<bool, max_rank>& gone);

}  // namespace tapegrad::kernels
