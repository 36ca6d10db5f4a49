// Loops that fill contiguous arrays with random numbers.
#pragma once

#include <cstdint>

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

/// Names one call's numbers.
struct Stream {
  std::uint64_t seed;
  std::uint64_t call;
};

/// On [low, high), floating.
void uniform(Ref out, Stream stream, double low, double high);

/// Floating.
void normal(Ref out, Stream stream, double mean, double std);

/// low + k for 0 <= k < count; any element type that holds them.
void integers(Ref out, Stream stream, std::int64_t low, std::uint64_t count);

/// 1 with probability p, else 0; any element type.
void bernoulli(Ref out, Stream stream, double p);

/// The integers of [0, n) in random order; int64.
void permutation(Ref out, Stream stream);

}  // namespace tapegrad::kernels
