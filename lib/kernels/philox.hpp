// Philox4x32-10: four random words from a counter and a key, for several counters at once.
// Source: Salmon, Moraes, Dror & Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3".
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <xsimd/xsimd.hpp>

namespace tapegrad::kernels {

using PhiloxKey = std::array<std::uint32_t, 2>;

/// As many as the widest batch has lanes.
constexpr std::size_t blocks_together = 8;
using WordsTogether = std::array<std::uint32_t, 4 * blocks_together>;

/// Lanes of 64 bits, of which the lower halves count.
using PhiloxLanes = xsimd::batch<std::uint64_t>;

/// The whole products of lower halves.
inline PhiloxLanes lower_product(PhiloxLanes a, std::uint64_t factor) {
#if defined(__AVX512F__)
  return _mm512_mul_epu32(a, PhiloxLanes(factor));
#elif defined(__AVX2__)
  return _mm256_mul_epu32(a, PhiloxLanes(factor));
#elif defined(__SSE2__)
  return _mm_mul_epu32(a, PhiloxLanes(factor));
#else
  return (a & PhiloxLanes(0xFFFFFFFF)) * PhiloxLanes(factor);
#endif
}

/// The words of the blocks `number` and the following, one block behind the other, in the sequence
/// that the upper half of the counter names.
[[gnu::noinline]] inline void philox_blocks(std::uint64_t number, std::uint64_t sequence,
                                            PhiloxKey key, WordsTogether& words) {
  using V = PhiloxLanes;
  constexpr std::size_t batches = blocks_together / V::size;
  alignas(64) std::array<std::uint64_t, blocks_together> first;
  alignas(64) std::array<std::uint64_t, blocks_together> second;
  for (std::size_t i = 0; i < blocks_together; ++i) first[i] = number + i;
  std::array<std::array<V, 4>, batches> counters;
  for (std::size_t k = 0; k < batches; ++k) {
    const V low = V::load_aligned(&first[k * V::size]);
    counters[k] = {low, low >> 32, V(sequence), V(sequence >> 32)};
  }
  for (int round = 0; round < 10; ++round) {
    for (std::array<V, 4>& counter : counters) {
      const V a = lower_product(counter[0], 0xD2511F53);
      const V b = lower_product(counter[2], 0xCD9E8D57);
      counter = {(b >> 32) ^ counter[1] ^ V(std::uint64_t{key[0]}), b,
                 (a >> 32) ^ counter[3] ^ V(std::uint64_t{key[1]}), a};
    }
    key = {key[0] + 0x9E3779B9, key[1] + 0xBB67AE85};
  }
  const auto joined = [](V low, V high) { return (low & V(0xFFFFFFFF)) | (high << 32); };
  for (std::size_t k = 0; k < batches; ++k) {
    joined(counters[k][0], counters[k][1]).store_aligned(&first[k * V::size]);
    joined(counters[k][2], counters[k][3]).store_aligned(&second[k * V::size]);
  }
  for (std::size_t i = 0; i < blocks_together; ++i) {
    const std::array<std::uint64_t, 2> block{first[i], second[i]};
    std::memcpy(&words[4 * i], block.data(), sizeof block);
  }
}

}  // namespace tapegrad::kernels
