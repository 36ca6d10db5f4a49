#include "kernels/philox.hpp"

#include <algorithm>

#include "support/catch.hpp"

using namespace tapegrad::kernels;

namespace {

using Words = std::array<std::uint32_t, 4>;

constexpr std::uint32_t low(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
constexpr std::uint32_t high(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }

/// One block, word by word as the paper has it.
Words plain(Words counter, PhiloxKey key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {high(b) ^ counter[1] ^ key[0], low(b), high(a) ^ counter[3] ^ key[1], low(a)};
    key = {key[0] + 0x9E3779B9, key[1] + 0xBB67AE85};
  }
  return counter;
}

/// Block `i` of those from `number` on.
Words block(std::uint64_t number, std::uint64_t sequence, PhiloxKey key, std::size_t i = 0) {
  WordsTogether together;
  philox_blocks(number, sequence, key, together);
  Words words;
  std::copy_n(&together[4 * i], 4, words.begin());
  return words;
}

}  // namespace

TEST_CASE("Philox gives the published known answers", "[random]") {
  // Random123's kat_vectors, "philox4x32 10".
  CHECK(block(0, 0, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  constexpr std::uint32_t ones = 0xffffffff;
  constexpr std::uint64_t all_ones = ~std::uint64_t{0};
  CHECK(block(all_ones, all_ones, {ones, ones}) ==
        Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(block(0x85a308d3243f6a88, 0x0370734413198a2e, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("blocks of Philox made together are those made one by one", "[random]") {
  constexpr PhiloxKey key = {0xA4093822, 0x299F31D0};
  for (const std::uint64_t number : {0x0ULL, 0xFFFFFFFAULL, 0x243F6A8885A308D3ULL, ~0x3ULL}) {
    for (const std::uint64_t sequence : {0x0ULL, 0xFFFFFFFFULL, 0x13198A2E03707344ULL}) {
      for (std::size_t i = 0; i < blocks_together; ++i) {
        const std::uint64_t at = number + i;
        CHECK(block(number, sequence, key, i) ==
              plain({low(at), high(at), low(sequence), high(sequence)}, key));
      }
    }
  }
}
