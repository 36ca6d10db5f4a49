// A matrix that is read by two products is read once: the step that multiplies its rows by weights,
// the steps that make a gradient of each row's number, and the one that adds up the rows, each
// times its gradient, become one. It goes over the matrix by parts that are still in the cache when
// they are read again.
#pragma once

#include <vector>

#include "autograd/capture.hpp"

namespace tapegrad {

std::vector<Step> read_once(std::vector<Step> steps);

}  // namespace tapegrad
