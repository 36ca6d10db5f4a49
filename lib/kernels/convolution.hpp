// Convolutions of batches of images in up to three dimensions, as products of matrices: the patches
// that the kernel sees are laid side by side, a block at a time, and multiplied by gemm.hpp.
#pragma once

#include <array>
#include <cstdint>

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

using Three = std::array<std::int64_t, 3>;

/// Which element of the image meets which element of the kernel: output o and tap k see
/// o * stride + k * dilation - before, or 0 where that lies outside.
///   image: [batch, groups * channels, in...], kernel: [groups * maps, channels, taps...],
///   maps: [batch, groups * maps, out...]
struct Convolution {
  std::int64_t batch, groups, channels, maps;
  Three in, taps, out, stride, before, dilation;
};

// All arrays are row-major and of one floating-point type. In each one is the result, the sum over
// all products of the other two in which it has a part. Products are shared between threads by
// image, group and block, and added in an order that depends on the sizes alone.

/// The maps of an image; `bias`, if there is one, has a number for each map.
void convolve(Ref maps, Ref image, Ref kernel, const Ref* bias, const Convolution& c);
/// The image from its maps, as a convolution's derivative gives it; `bias` has a number for each
/// channel of the image.
void convolve_back(Ref image, Ref maps, Ref kernel, const Ref* bias, const Convolution& c);
/// The kernel between them.
void correlate(Ref kernel, Ref maps, Ref image, const Convolution& c);

}  // namespace tapegrad::kernels
