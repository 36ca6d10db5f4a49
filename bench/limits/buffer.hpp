// Numbers for the hand-written loops, on cache lines of their own.
#pragma once

#include <cstdint>
#include <random>
#include <vector>
#include <xsimd/xsimd.hpp>

namespace limits {

using Buffer = std::vector<float, xsimd::aligned_allocator<float, 64>>;

/// Uniform between 0 and 1.
inline Buffer random(std::int64_t n, unsigned seed = 1) {
  std::minstd_rand engine(seed);
  std::uniform_real_distribution<float> uniform(0, 1);
  Buffer x(static_cast<std::size_t>(n));
  for (float& value : x) value = uniform(engine);
  return x;
}

inline Buffer zeros(std::int64_t n) { return Buffer(static_cast<std::size_t>(n)); }

}  // namespace limits
