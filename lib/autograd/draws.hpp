// Which generators a region of checkpoint() draws from: it rewinds them when it runs again.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "tapegrad/random.hpp"

namespace tapegrad {

/// A generator's state, and what it was when the region first drew from it.
struct Drawn {
  std::shared_ptr<detail::RandomState> state;
  detail::RandomState before;
};

/// What has been drawn from within a region, and the region that this one is in.
struct Draws {
  Draws* outer;
  std::vector<Drawn> list = {};
};

/// Of the innermost region that runs in this thread; null outside of all.
[[gnu::tls_model("initial-exec")]] extern constinit thread_local Draws* current_draws;

/// Another region, or none, until the end of the scope.
class DrawsGuard {
 public:
  explicit DrawsGuard(Draws* now) : before_(std::exchange(current_draws, now)) {}
  DrawsGuard(const DrawsGuard&) = delete;
  DrawsGuard& operator=(const DrawsGuard&) = delete;
  ~DrawsGuard() { current_draws = before_; }

 private:
  Draws* before_;
};

void note_in_regions(const std::shared_ptr<detail::RandomState>& state);

/// To be called before numbers are drawn.
inline void note_draw(const std::shared_ptr<detail::RandomState>& state) {
  if (current_draws) [[unlikely]]
    note_in_regions(state);
}

}  // namespace tapegrad
