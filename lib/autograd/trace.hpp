// Reverse passes as entries of a trace. What lists an operation is list_operation() in apply.hpp.
#pragma once

#include <functional>
#include <vector>

#include "autograd/operation.hpp"
#include "tapegrad/autograd.hpp"

namespace tapegrad {

/// Called after each operation of a trace with the operation itself, before anything else runs;
/// what it runs itself is not listed.
using Watch = std::function<void(const Operation&, Inputs, Outputs)>;

/// The public trace(), watched.
std::vector<TapeRecord> trace(const std::function<void()>& f, const Watch& watch);

/// backward() and grad(), listed as a record for each gradient that they made.
/// As the public ones; an undefined `gradient` wasn't given.
void backward_traced(const Tensor& root, const Tensor& gradient, Tensor::BackwardOptions options);
std::vector<Tensor> grad_traced(const std::vector<Tensor>& outputs,
                                const std::vector<Tensor>& inputs, const GradOptions& options);

}  // namespace tapegrad
