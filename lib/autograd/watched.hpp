// Operations whose type isn't known, run as apply() runs them: for threads of which somebody is
// told what they do, a trace, a program that is captured or a graph, and for elements that are only
// stored. Few go that way, so that there is one for all of them.
#pragma once

#include <vector>

#include "autograd/captured.hpp"
#include "autograd/computed.hpp"
#include "autograd/mode.hpp"
#include "autograd/symbolic.hpp"

namespace tapegrad {

inline bool is_watched() { return has(Mode::trace | Mode::capture); }

/// The results for who is told: recorded where that is to be, listed, or steps of what isn't run.
std::vector<Tensor> watched(const Operation& operation, Inputs inputs);
/// The same of what is on no tape and in no list.
std::vector<Tensor> untaped_watched(const Operation& operation, Inputs inputs);

/// Adds an operation that has just run to this thread's trace.
void list_operation(const Operation& operation, Inputs inputs, Outputs outputs);

}  // namespace tapegrad
