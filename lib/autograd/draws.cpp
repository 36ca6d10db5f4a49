#include "autograd/draws.hpp"

#include <algorithm>

namespace tapegrad {

constinit thread_local Draws* current_draws = nullptr;

void note_in_regions(Generator& generator) {
  for (Draws* region = current_draws; region; region = region->outer) {
    if (std::ranges::find(region->list, &generator, &Drawn::generator) != region->list.end()) {
      continue;
    }
    region->list.push_back({&generator, generator});
  }
}

}  // namespace tapegrad
