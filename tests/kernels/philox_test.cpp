#include "kernels/philox_blocks.hpp"

#include <algorithm>

#include "support/catch.hpp"

using namespace tapegrad::kernels;

TEST_CASE("Philox gives the published known answers", "[random]") {
  // Random123's kat_vectors, "philox4x32 10".
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  constexpr std::uint32_t ones = 0xffffffff;
  CHECK(philox({ones, ones, ones, ones}, {ones, ones}) ==
        Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("blocks of Philox made together are those made one by one", "[random]") {
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); };
  for (const std::uint64_t number : {0x0ULL, 0xFFFFFFFAULL, 0x243F6A8885A308D3ULL, ~0x3ULL}) {
    for (const std::uint64_t sequence : {0x0ULL, 0xFFFFFFFFULL, 0x13198A2E03707344ULL}) {
      const PhiloxKey key = {0xA4093822, 0x299F31D0};
      WordsTogether together;
      philox_blocks(number, sequence, key, together);
      for (std::size_t i = 0; i < blocks_together; ++i) {
        const std::uint64_t at = number + i;
        const auto words = philox({low(at), high(at), low(sequence), high(sequence)}, key);
        CHECK(std::equal(words.begin(), words.end(), &together[4 * i]));
      }
    }
  }
}
