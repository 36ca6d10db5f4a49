// Seeds made of several numbers, so that what is random is a function of these alone.
#pragma once

#include <cstdint>

namespace tapegrad::data {

/// Source: Steele, Lea & Flood (2014), "Fast splittable pseudorandom number generators".
constexpr std::uint64_t scrambled(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

/// A seed of one and a number beside it.
constexpr std::uint64_t seed_of(std::uint64_t seed, std::int64_t number) {
  constexpr std::uint64_t golden = 0x9E3779B97F4A7C15;
  return scrambled(scrambled(seed + golden) + static_cast<std::uint64_t>(number) + golden);
}

}  // namespace tapegrad::data
