// In-place forms of binary operations with a number on the right.
#pragma once

#include "ops/beside.hpp"
#include "ops/in_place.hpp"

namespace tapegrad {

template <class Op>
Tensor& apply_beside_in_place(Tensor& self, Scalar number) {
  return apply_in_place(Beside<Op, Side::right>{number}, self);
}

}  // namespace tapegrad
