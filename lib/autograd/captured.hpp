// Operations as steps of the program that this thread captures. They have a shape and no values: a
// kernel that reads any is refused by kernels::ref().
#pragma once

#include <string_view>
#include <vector>

#include "autograd/operation.hpp"

namespace tapegrad {

/// What the operation will make of its inputs when the program runs, outside the tape. Throws Error
/// for operations that are known only when they have run.
std::vector<Tensor> captured(const Operation& operation, Inputs inputs);

/// The same, recorded where that is to be, and also for those whose results are known only when
/// they have run, if they are made of operations that aren't.
std::vector<Tensor> captured_and_recorded(const Operation& operation, Inputs inputs);

/// The same for one that writes into its first input.
void captured_write(const Operation& operation, Inputs inputs);
/// Before that: throws Error for a feed, and remembers the version.
void captured_change(std::string_view operation, const Tensor& x);
/// Throws AutogradError where the change would be recorded on a tensor from before the capture.
void refuse_captured_history(std::string_view operation, const Tensor& x);

/// Throws Error in a capture for a change of what isn't tensors' elements, on an x from before: it
/// would be made once, and not in each run.
void refuse_captured_once(std::string_view operation, const Tensor& x);

/// Throws Error in a capture, where what is read is decided once, whatever it is by the next run:
/// for an x without values, and for one from before.
void check_readable(std::string_view operation, const Tensor& x);

/// The same for an x without values; one from before may not be changed between runs, or a run
/// throws Error.
void refuse_changed_later(std::string_view operation, const Tensor& x);

/// The operation whose derivative becomes steps now; empty outside of a reverse pass.
extern constinit thread_local std::string_view captured_derivative;

}  // namespace tapegrad
