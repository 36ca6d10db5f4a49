// One element of each line along a dimension, reached by its index.
#pragma once

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

// `indices` is int64; it and the array of single elements have the dimensions other than `dim`.

/// out = the element of each line of `in` at the line's index.
void take_along(Ref out, Ref in, Ref indices, std::size_t dim);

/// The element of each line of `out` at the line's index = in, the others 0.
void put_along(Ref out, Ref in, Ref indices, std::size_t dim);

}  // namespace tapegrad::kernels
