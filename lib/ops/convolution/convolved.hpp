// The three operations of which a convolution and all its derivatives are made. Arguments have been
// checked: images of [n, channels, size...], and sizes that fit.
#pragma once

#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// How the kernel moves; a number for each dimension.
struct Moves {
  Dims stride;
  Dims before;  ///< zeros before the first element
  Dims dilation;
  std::int64_t groups;
};

/// The maps, of `places` elements in each dimension. The bias may be undefined.
Tensor convolved(const Tensor& x, const Tensor& weight, const Tensor& bias, const Moves& moves,
                 const Dims& places);
/// The image, of `size` elements in each dimension, that the maps x come from.
Tensor convolved_back(const Tensor& x, const Tensor& weight, const Tensor& bias, const Moves& moves,
                      const Dims& size);

}  // namespace tapegrad
