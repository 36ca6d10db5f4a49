// Random numbers, the same for a seed on every machine.
#pragma once

#include <cstdint>

namespace tapegrad::gradtest::detail {

/// Numbers in [-1, 1), the same for a seed everywhere: SplitMix64, whose constants are those of
/// Steele, Lea & Flood (2014), "Fast splittable pseudorandom number generators".
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  double next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return static_cast<double>(static_cast<std::int64_t>(z >> 11)) * 0x1p-52 - 1;
  }

 private:
  std::uint64_t state_;
};

}  // namespace tapegrad::gradtest::detail
