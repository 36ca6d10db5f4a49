// Short rows of which some input repeats: several of them at a time, with the repeated elements
// written out, since a row of its own costs a call, as long as some hundred elements take.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/dense_loop.hpp"

namespace tapegrad::kernels {

/// What a Walk knows of an output and its inputs, whatever their number.
struct Operands {
  std::byte* const* start;  // of the output, then of the inputs
  std::size_t count;
  std::int64_t element;  // bytes: 4 or 8, the same for all
  const std::int64_t* sizes;
  const std::int64_t* strides;  // of operand k along dimension d: [d * count + k], in elements
  std::size_t rank;
};

/// In elements of 4 bytes; of 8 it is half of that.
inline constexpr std::int64_t longest_joined_row = 512;
inline constexpr std::size_t most_joined_inputs = 4;

/// Calls f for several rows at a time, in several threads, where that pays; else gives false. f's
/// inputs have no gaps, or are one batch of an element that is repeated.
bool run_joined_rows(const Operands& operands, const void* f, DenseCall call);

}  // namespace tapegrad::kernels
