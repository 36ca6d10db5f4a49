// Reverse passes as entries of a trace. What lists an operation is list_operation() in watched.hpp.
#pragma once

#include <functional>
#include <vector>

#include "autograd/operation.hpp"
#include "tapegrad/graph.hpp"

namespace tapegrad {

/// Called after each operation of a trace with the operation itself, before anything else runs;
/// what it runs itself is not listed.
using Watch = std::function<void(const Operation&, Inputs, Outputs)>;

/// The public trace(), watched.
std::vector<TapeRecord> trace(const std::function<void()>& f, const Watch& watch);

/// Runs backward() and grad(), and lists them as a record for each gradient that they made.
void backward_traced(const Tensor& root, const std::function<void()>& run);
std::vector<Tensor> grad_traced(const std::vector<Tensor>& outputs,
                                const std::vector<Tensor>& inputs,
                                const std::function<std::vector<Tensor>()>& run);

}  // namespace tapegrad
