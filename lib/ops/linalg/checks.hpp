// What operations on vectors and matrices ask of their arguments, in the words of all of them.
#pragma once

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

/// Throws DTypeError in `operation`'s name unless both have one element type.
inline void check_same_type(std::string_view operation, const Tensor& a, const Tensor& b) {
  check<DTypeError>(a.dtype() == b.dtype(),
                    "{}: element types differ: {} and {}; convert one with to({})", operation,
                    a.dtype(), b.dtype(), promote(a.dtype(), b.dtype()));
}

/// Throws DTypeError in `operation`'s name unless both can be multiplied as matmul() does it.
inline void check_multiplied(std::string_view operation, const Tensor& a, const Tensor& b) {
  check_same_type(operation, a, b);
  check<DTypeError>(a.dtype() != boolean, "{}: boolean tensors; convert them with to(int64)",
                    operation);
}

}  // namespace tapegrad
