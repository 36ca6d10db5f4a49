// What all solvers of equations ask of the matrix and the right sides.
#pragma once

#include <string_view>

#include "ops/broadcast.hpp"
#include "ops/linalg/matrices.hpp"

namespace tapegrad {

/// As in PyTorch: b is a vector, or a batch of vectors for a batch of matrices.
inline bool is_vector_for(const Tensor& a, const Tensor& b) {
  if (b.dim() == 1) return true;
  if (b.dim() + 1 != a.dim()) return false;
  for (std::size_t i = 0; i < b.shape().size(); ++i) {
    if (b.shape()[i] != a.shape()[i]) return false;
  }
  return true;
}

inline void check_equations(std::string_view operation, const Tensor& a, const Tensor& b) {
  check_floating(operation, a);
  check_same_type(operation, a, b);
}

/// `sides` is b, or its vectors as columns; a multiplies from the left, or from the right.
inline void check_sides(std::string_view operation, const Tensor& a, const Tensor& sides,
                        const Tensor& b, bool left) {
  check_matrices(operation, sides);
  check<ShapeError>(a.size(-2) == sides.size(left ? -2 : -1),
                    "{}: sizes don't fit: a matrix {} on the {} of {}", operation, a.shape(),
                    left ? "left" : "right", b.shape());
}

/// f(a, b) with the same leading sizes, to which both broadcast.
template <class F>
auto with_joint_batch(std::string_view operation, const Tensor& a, const Tensor& b, const F& f) {
  const Shape batch = broadcast_for(operation, batch_of(a.shape()), batch_of(b.shape()));
  const auto wide = [&](const Tensor& x) {
    if (batch_of(x.shape()) == batch) return x;
    Shape shape = batch;
    shape.push_back(x.size(-2));
    shape.push_back(x.size(-1));
    return x.expand(shape);
  };
  return f(wide(a), wide(b));
}

}  // namespace tapegrad
