// Elements that another element type can't hold.
#pragma once

#include <cstdint>
#include <optional>

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

struct Misfit {
  std::int64_t place;  // row by row
  Scalar value;
};

/// The first element of `in` that doesn't fit `dtype`.
std::optional<Misfit> first_misfit(Ref in, DType dtype);

}  // namespace tapegrad::kernels
