// Windows of images as columns, and back.
#pragma once

#include <array>
#include <cstdint>

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

/// Row and column numbers of each.
struct Folding {
  std::int64_t planes;  ///< images times channels
  std::array<std::int64_t, 2> size, kernel, places, stride, before, dilation;
};

// Images are [planes, size], columns [planes, kernel, places], both row-major and of one
// floating-point type. What lies beyond an image is 0.

void unfold_planes(Ref columns, Ref images, const Folding& f);
/// Each element of an image becomes the sum of its copies, in the order in which the kernel has
/// them.
void fold_planes(Ref images, Ref columns, const Folding& f);

}  // namespace tapegrad::kernels
