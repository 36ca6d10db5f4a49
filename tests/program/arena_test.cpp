// Places of values in one memory: none overlaps another that lives at the same time.
#include "program/arena.hpp"

#include <cstdint>
#include <random>
#include <vector>

#include "support/catch.hpp"

namespace tapegrad {
namespace {

struct Life {
  std::size_t bytes, first, last;
};

/// Checks all pairs; gives the size.
std::size_t checked_size(const std::vector<Life>& lives) {
  Arena arena;
  for (const Life& life : lives) {
    const std::size_t number = arena.add(life.bytes, life.first);
    arena.uses(number, life.last);
  }
  const std::size_t size = arena.lay_out();
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < lives.size(); ++i) {
    wrong += arena.offset(i) % 64 != 0 || arena.offset(i) + lives[i].bytes > size;
    for (std::size_t k = 0; k < i; ++k) {
      const bool meet = lives[i].first <= lives[k].last && lives[k].first <= lives[i].last;
      const bool overlap = arena.offset(i) < arena.offset(k) + lives[k].bytes &&
                           arena.offset(k) < arena.offset(i) + lives[i].bytes;
      wrong += meet && overlap;
    }
  }
  CHECK(wrong == 0);
  return size;
}

TEST_CASE("values that live at the same time don't overlap", "[program]") {
  std::mt19937 random(1);
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<Life> lives;
    for (std::size_t i = 0; i < 60; ++i) {
      lives.push_back({1 + random() % 5000, i, i + random() % 9});
    }
    checked_size(lives);
  }
}

TEST_CASE("very many values are placed, too", "[program]") {
  std::mt19937 random(2);
  std::vector<Life> lives;
  for (std::size_t i = 0; i < 8300; ++i) lives.push_back({64, i, i + 1 + random() % 3});
  CHECK(checked_size(lives) <= 64 * 8);
}

TEST_CASE("a large value isn't kept from a gap by a small one", "[program]") {
  // As in a step of two layers: the second large one fits where the first small one was.
  CHECK(checked_size({{4096, 0, 9}, {2048, 1, 4}, {2048, 3, 6}, {4096, 5, 9}}) ==
        4096 + 4096 + 2048);
}

}  // namespace
}  // namespace tapegrad
