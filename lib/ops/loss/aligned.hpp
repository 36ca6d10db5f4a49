// ctc_loss() of public operations, where its derivative is recorded.
#pragma once

#include <cstdint>

#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// The losses [batch] of log_probs [steps, batch, classes]; arguments have been checked. Nothing
/// flows from a loss that is infinite.
Tensor aligned_step_by_step(const Tensor& log_probs, const Tensor& targets,
                            const Tensor& input_lengths, const Tensor& target_lengths,
                            std::int64_t blank);

}  // namespace tapegrad
