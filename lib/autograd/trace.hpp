// Reverse passes as entries of a trace. What lists an operation is list_operation() in apply.hpp.
#pragma once

#include <vector>

#include "tapegrad/autograd.hpp"

namespace tapegrad {

/// backward() and grad(), listed as a record for each gradient that they made.
/// As the public ones; an undefined `gradient` wasn't given.
void backward_traced(const Tensor& root, const Tensor& gradient, Tensor::BackwardOptions options);
std::vector<Tensor> grad_traced(const std::vector<Tensor>& outputs,
                                const std::vector<Tensor>& inputs, const GradOptions& options);

}  // namespace tapegrad
