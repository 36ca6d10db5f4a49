// Rows of which some input lies densely along another dimension than the output does: blocks of it
// are turned over first, since reading it element by element would fetch a cache line for each.
#pragma once

#include "core/dense_loop.hpp"
#include "kernels/joined_rows.hpp"

namespace tapegrad::kernels {

/// Calls f for the rows of blocks, in several threads, if there is such an input; else gives false.
/// f's inputs have no gaps, or are one batch of an element that is repeated.
bool run_turned_rows(const Operands& operands, const void* f, DenseCall call);

}  // namespace tapegrad::kernels
