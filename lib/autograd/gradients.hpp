// grad() for the library itself: what it throws names no line, which would be one of ours.
#pragma once

#include <vector>

#include "tapegrad/autograd.hpp"

namespace tapegrad {

std::vector<Tensor> gradients(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                              const GradOptions& options);

}  // namespace tapegrad
