// Variances whose squares have left the range of their type, once more.
#pragma once

#include "kernels/sum.hpp"

namespace tapegrad::kernels {

enum class Spread { variance, deviation };

/// out holds the variances of `in` over the dimensions that are `gone`, row-major over the others.
/// Those whose squares overflowed or vanished are found again, in long double: the result is right
/// wherever its type holds it. Then, for Spread::deviation, out gets the roots.
void finish_variance(Ref out, Ref in, const Axes& gone, double freedom, Spread result);

}  // namespace tapegrad::kernels
