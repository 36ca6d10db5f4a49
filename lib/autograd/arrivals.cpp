#include "autograd/arrivals.hpp"

#include <algorithm>
#include <bit>

namespace tapegrad {
namespace {

constexpr std::size_t smallest = 64;
constexpr std::size_t largest_kept = 8192;

}  // namespace

// An entry is found by walking from its home to the first empty place. What stands behind a new gap
// moves into it, unless that would put it before its home.
void Arrivals::close_gap(std::size_t gap) {
  const std::size_t mask = places_.size() - 1;
  for (std::size_t place = next(gap); places_[place].node; place = next(place)) {
    const std::size_t from_home = (place - home_of(*places_[place].node)) & mask;
    if (from_home < ((place - gap) & mask)) continue;
    places_[gap] = std::exchange(places_[place], Arrival());
    gap = place;
  }
}

void Arrivals::grow() {
  std::vector<Arrival> before(std::max(smallest, 2 * places_.size()));
  before.swap(places_);
  shift_ = 64 - std::countr_zero(places_.size());
  for (Arrival& arrival : before) {
    if (arrival.node) places_[place_of(*arrival.node)] = std::move(arrival);
  }
}

void Arrivals::clear() noexcept {
  if (count_ > 0) std::ranges::fill(places_, Arrival());
  if (places_.size() > largest_kept) places_ = {};
  count_ = 0;
}

}  // namespace tapegrad
