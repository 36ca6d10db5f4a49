// The shape in which two tensors meet.
#pragma once

#include <string_view>

#include "tapegrad/shape.hpp"

namespace tapegrad {

/// broadcast_shapes(), with errors in `operation`'s name.
Shape broadcast_for(std::string_view operation, const Shape& a, const Shape& b);

}  // namespace tapegrad
