// Windows that move over images: [n, channels, size...] or one image, [channels, size...], of one,
// two or three dimensions. What an option says of a dimension is a list, {2, 1}, or one number for
// all, 2.
#pragma once

#include "tapegrad/ops/convolution/conv.hpp"
#include "tapegrad/ops/convolution/fold.hpp"
#include "tapegrad/ops/convolution/pool.hpp"
#include "tapegrad/ops/convolution/unpool.hpp"
