// Philox4x32-10: four random words from a counter and a key. Pure arithmetic.
// Source: Salmon, Moraes, Dror & Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3".
#pragma once

#include <array>
#include <cstdint>

namespace tapegrad::kernels {

using Words = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

constexpr int philox_rounds = 10;
constexpr std::array<std::uint64_t, 2> philox_factors = {0xD2511F53, 0xCD9E8D57};

/// The key of the next round.
constexpr PhiloxKey next_key(PhiloxKey key) { return {key[0] + 0x9E3779B9, key[1] + 0xBB67AE85}; }

constexpr Words philox(Words counter, PhiloxKey key) {
  for (int round = 0; round < philox_rounds; ++round) {
    const std::uint64_t a = philox_factors[0] * counter[0];
    const std::uint64_t b = philox_factors[1] * counter[2];
    counter = {
        static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
        static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key = next_key(key);
  }
  return counter;
}

}  // namespace tapegrad::kernels
