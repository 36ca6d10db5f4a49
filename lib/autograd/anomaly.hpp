// What anomaly mode remembers of an operation and looks for in a reverse pass.
#pragma once

#include <string>

#include "autograd/operation.hpp"
#include "core/node.hpp"

namespace tapegrad {

/// The records that an operation, whose results these are, has just made learn who called it.
void remember_caller(Outputs outputs);

/// `matmul in "model/linear", called at train.cpp:42`, as far as that is known.
std::string description_of(const Node& node);

/// Throws AutogradError for NaN in what comes to `node` from elsewhere than a derivative.
void check_arrived(const Node& node, const Tensor& g);
/// Throws AutogradError for NaN in what the derivative of `node` gave.
void check_gradients(Node& node, Grads& grads);

}  // namespace tapegrad
