// The operation of attention, and what it is made of where weights or their derivatives are wanted.
// Arguments have been checked; all are [batch, heads, ...], mask and kept may be undefined.
#pragma once

#include "tapegrad/tensor.hpp"

namespace tapegrad {

struct Weighing {
  double scale;  ///< of scores
  double more;   ///< what isn't dropped is multiplied by
  bool causal;
};

Tensor attended(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& mask,
                const Tensor& kept, const Weighing& weighing);

struct Attended {
  Tensor output, weights;
};
Attended attended_with_weights(const Tensor& query, const Tensor& key, const Tensor& value,
                               const Tensor& mask, const Tensor& kept, const Weighing& weighing);

}  // namespace tapegrad
