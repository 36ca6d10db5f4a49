#include "autograd/draws.hpp"

#include <algorithm>

namespace tapegrad {

constinit thread_local Draws* current_draws = nullptr;

void note_in_regions(const std::shared_ptr<detail::RandomState>& state) {
  for (Draws* region = current_draws; region; region = region->outer) {
    if (std::ranges::find(region->list, state, &Drawn::state) != region->list.end()) continue;
    region->list.push_back({state, *state});
  }
}

}  // namespace tapegrad
