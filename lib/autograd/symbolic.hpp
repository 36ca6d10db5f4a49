// Symbolic tensors: what is asked of them becomes an operation of their graph, and doesn't run.
#pragma once

#include <string_view>
#include <vector>

#include "autograd/operation.hpp"

namespace tapegrad {

/// Whether the operation is one of a graph: an input is, or its result is as large as one.
bool is_deferred(const Operation& operation, Inputs inputs);
/// Its results, in the graph. Throws Error for inputs of two graphs.
std::vector<Tensor> deferred(const Operation& operation, Inputs inputs);
Tensor deferred_detach(const Tensor& x);

/// Throws Error for a symbolic x, in the name of what can't be done to it; `instead` says what can.
void refuse_symbolic(std::string_view operation, const Tensor& x, std::string_view instead);
/// The same for a change in place, which a variable allows: it is done at once.
void refuse_symbolic_write(std::string_view operation, const Tensor& x);

}  // namespace tapegrad
