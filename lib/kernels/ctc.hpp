// Connectionist temporal classification: the sum over all alignments of a text to the steps of a
// sequence, by the forward and backward variables of a hidden Markov model, as logarithms.
#pragma once

#include <cstdint>

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

/// Log-probabilities [steps, batch, classes], row-major, and the text of each row of the batch.
struct Aligned {
  std::int64_t steps, batch, classes, blank;
  const std::int64_t* input_lengths;
  const std::int64_t* target_lengths;
  const std::int64_t* targets;
  /// From the text of one row to the next; 0 where they follow one another without padding.
  std::int64_t stride;
};

/// out [batch] = the loss of each row: infinite where no alignment fits.
void ctc_loss(Ref out, Ref log_probs, const Aligned& aligned);

/// out, of the shape of `log_probs`, = g, an element for each row, times the derivative: less the
/// share of alignments that take a class at a step. Zeros behind the end of a row, and in a row
/// whose g is 0; else NaN in all of a row with an infinite loss.
void ctc_loss_gradient(Ref out, Ref g, Ref log_probs, const Aligned& aligned);

}  // namespace tapegrad::kernels
