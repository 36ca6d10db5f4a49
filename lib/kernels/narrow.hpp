// Elements that are stored and not computed with: int8, int16, float16 and bfloat16.
#pragma once

#include "kernels/walk.hpp"

namespace tapegrad::kernels {

/// Elements of `from` become elements of `to`, at least one of which is narrow: as in copy().
void convert_narrow(const Walk<2>& walk, DType to, DType from);

}  // namespace tapegrad::kernels
