#include "tapegrad/nn/place.hpp"

#include <algorithm>
#include <mutex>

namespace tapegrad::nn::detail {
namespace {

/// Of all links: those who are linked need not belong to one thread.
constinit std::mutex mutex;

}  // namespace

void Place::cut_giver() noexcept {
  if (giver_) giver_->heir_ = nullptr;
  giver_ = nullptr;
}

void Place::cut_heir() noexcept {
  if (heir_) heir_->giver_ = nullptr;
  heir_ = nullptr;
}

void Place::take(Place& other) noexcept {
  const std::lock_guard lock(mutex);
  cut_giver();
  if (!other.gone_ && other.giver_ && other.heir_) {
    // What it had from its giver goes on to here; what was its own is where it was.
    giver_ = other.giver_;
    giver_->heir_ = this;
    other.giver_ = nullptr;
  } else if (!other.gone_) {
    other.cut_heir();
    other.heir_ = this;
    giver_ = &other;
  }
  gone_ = other.gone_;
  other.gone_ = true;
}

void Place::lose(Place& other) noexcept {
  leave();
  other.leave();
  other.gone_ = true;
}

void Place::leave() noexcept {
  const std::lock_guard lock(mutex);
  if (gone_ && giver_ && heir_) {
    giver_->heir_ = heir_;
    heir_->giver_ = giver_;
    giver_ = heir_ = nullptr;
  }
  cut_giver();
  cut_heir();
  gone_ = false;
}

void Place::settle() noexcept {
  const std::lock_guard lock(mutex);
  cut_giver();
  cut_heir();
}

std::optional<std::vector<Place*>> Place::close(Place& last) {
  const std::lock_guard lock(mutex);
  if (!gone_ || last.gone_) return std::nullopt;
  std::vector<Place*> circle;
  Place* place = heir_;
  for (; place && place != &last; place = place->heir_) {
    if (!place->gone_) circle.push_back(place);
  }
  if (!place) return std::nullopt;
  for (place = this; place != &last;) {
    Place* next = place->heir_;
    place->cut_heir();
    place = next;
  }
  gone_ = false;
  last.gone_ = true;
  std::ranges::reverse(circle);
  return circle;
}

}  // namespace tapegrad::nn::detail
