// What operations on vectors and matrices ask of their arguments, in the words of all of them.
#pragma once

#include <algorithm>
#include <string_view>

#include "core/check.hpp"

namespace tapegrad {

/// Throws ShapeError in `operation`'s name unless x has this rank; `what` says which argument it
/// is.
inline void check_rank(std::string_view operation, std::string_view what, const Tensor& x,
                       std::int64_t rank) {
  check<ShapeError>(x.dim() == rank, "{}: {} needs rank {}: shape {}", operation, what, rank,
                    x.shape());
}

/// Throws DTypeError in `operation`'s name unless both can be multiplied as matmul() does it.
inline void check_multiplied(std::string_view operation, const Tensor& a, const Tensor& b) {
  check<DTypeError>(a.dtype() == b.dtype(),
                    "{}: element types differ: {} and {}; convert one with to({})", operation,
                    a.dtype(), b.dtype(), promote(a.dtype(), b.dtype()));
  check<DTypeError>(a.dtype() != boolean, "{}: boolean tensors; convert them with to(int64)",
                    operation);
}

/// The shape to which two others broadcast. Throws ShapeError in `operation`'s name.
inline Shape joint_shape(std::string_view operation, const Shape& a, const Shape& b) {
  for (std::size_t i = 1; i <= std::min(a.size(), b.size()); ++i) {
    const std::int64_t x = a[a.size() - i];
    const std::int64_t y = b[b.size() - i];
    check<ShapeError>(x == y || x == 1 || y == 1, "{}: sizes don't broadcast: {} and {}", operation,
                      a, b);
  }
  return broadcast_shapes(a, b);
}

}  // namespace tapegrad
