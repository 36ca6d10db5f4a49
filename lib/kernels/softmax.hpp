// Softmax and its relatives along one dimension, for floats.
#pragma once

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

void softmax(Ref out, Ref in, std::size_t dim);
void log_softmax(Ref out, Ref in, std::size_t dim);

/// out is row-major over the dimensions other than `dim`.
void logsumexp(Ref out, Ref in, std::size_t dim);

}  // namespace tapegrad::kernels
