// What a row of the operation table is called with, and its gradients.
#pragma once

#include "support/op_table.hpp"
#include "support/values.hpp"

namespace tapegrad::test {

/// Leaves of the shapes and ranges that the row says.
Tensors leaves(const OpRow& row, Arrangement arrangement, int seed = 0);
/// Leaves of the same values in another type.
Tensors copies(const Tensors& inputs, DType dtype);
/// The gradients of a weighted sum of the result; none without a derivative.
Tensors gradients(const OpRow& row, const Tensors& inputs);

}  // namespace tapegrad::test
