// The shape in which two tensors meet.
#pragma once

#include <cstddef>
#include <string_view>

#include "tapegrad/shape.hpp"

namespace tapegrad {

/// Throws ShapeError, in `operation`'s name, unless the sizes of both match from dim -`last` on
/// to the left.
void check_broadcast(std::string_view operation, const Shape& a, const Shape& b,
                     std::size_t last = 1);

/// broadcast_shapes(), with errors in `operation`'s name.
Shape broadcast_for(std::string_view operation, const Shape& a, const Shape& b);

}  // namespace tapegrad
